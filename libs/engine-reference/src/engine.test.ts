import { UnsupportedOperatorError } from '@gradsign/engine';
import { conformanceCases } from '@gradsign/engine/conformance';
import { float32, GraphBuilder, GraphError, int64, schemas, tensor, type Attribute, type Tensor } from '@gradsign/onnx';
import { kernels } from './kernels';
import { ReferenceEngine } from '.';

const engine = new ReferenceEngine();

/** Outputs of one operator call as plain numbers; int64 vectors are constants, everything else is fed. */
async function call(
  op: string,
  inputs: (Tensor | undefined)[],
  attributes: Record<string, Attribute> = {},
  outputs = 1,
) {
  const b = new GraphBuilder('call');
  const feeds: Record<string, Tensor> = {};
  const values = inputs.map((value, i) => {
    if (value === undefined) return undefined;
    if (value.dtype === 'int64') return b.constant(value);
    feeds[`x${i}`] = value;
    return b.input(`x${i}`, value.dtype, value.shape);
  });
  for (const output of b.nodes(op, values, outputs, attributes)) b.output(output);
  const result = await (await engine.load(b.build())).run(feeds);
  return Object.values(result).map(({ data, shape }) => ({
    shape: [...shape],
    data: Array.from<number | bigint, number>(data, Number),
  }));
}

const count = (shape: number[], from = 1) =>
  float32(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => from + i),
    shape,
  );
const ones = (shape: number[]) => float32(new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1), shape);

describe('Conv, by hand', () => {
  it('counts the window with stride 2 and padding', async () => {
    // 1..9 in a square, zeros around; the four windows of ones are centred on its corners.
    const [y] = await call('Conv', [count([1, 1, 3, 3]), ones([1, 1, 3, 3])], { strides: [2, 2], pads: [1, 1, 1, 1] });
    expect(y).toEqual({ shape: [1, 1, 2, 2], data: [1 + 2 + 4 + 5, 2 + 3 + 5 + 6, 4 + 5 + 7 + 8, 5 + 6 + 8 + 9] });
  });
  it('is a correlation: the kernel is not flipped', async () => {
    const [y] = await call('Conv', [count([1, 1, 1, 3]), float32([1, 10], [1, 1, 1, 2])]);
    expect(y.data).toEqual([21, 32]);
  });
  it('dilates', async () => {
    const [y] = await call('Conv', [count([1, 1, 1, 5]), float32([1, 10], [1, 1, 1, 2])], { dilations: [1, 3] });
    expect(y.data).toEqual([41, 52]);
  });
  it('keeps groups apart and adds the bias by channel', async () => {
    const x = count([1, 4, 1, 1]);
    const w = float32([1, 1, 1, -1, 2, 0, 0, 3], [4, 2, 1, 1]);
    const [y] = await call('Conv', [x, w, float32([100, 200, 300, 400])], { group: 2 });
    expect(y.data).toEqual([103, 199, 306, 412]);
  });
  it('pads one dimension on one side', async () => {
    const [y] = await call('Conv', [count([1, 1, 3]), float32([1, 10], [1, 1, 2])], { pads: [1, 0] });
    expect(y.data).toEqual([10, 21, 32]);
  });
});

describe('ConvTranspose, by hand', () => {
  it('scatters the kernel at each stride', async () => {
    const [y] = await call('ConvTranspose', [float32([1, 2], [1, 1, 1, 2]), float32([1, 10, 100], [1, 1, 1, 3])], {
      strides: [1, 2],
    });
    expect(y.data).toEqual([1, 10, 102, 20, 200]);
  });
  it('cuts pads and adds output padding', async () => {
    const [y] = await call('ConvTranspose', [float32([1, 2], [1, 1, 1, 2]), float32([1, 10, 100], [1, 1, 1, 3])], {
      strides: [1, 2],
      pads: [0, 1, 0, 1],
      output_padding: [0, 1],
    });
    expect(y.data).toEqual([10, 102, 20, 200]);
  });
  it('is the adjoint of Conv: ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩', async () => {
    const random = (shape: number[], seed: number) =>
      float32(
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * seed + seed)),
        shape,
      );
    const attributes = { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 2], group: 2 };
    const [x, w] = [random([2, 4, 7, 9], 1.3), random([6, 2, 3, 3], 2.1)];
    const [forward] = await call('Conv', [x, w], attributes);
    const y = random(forward.shape, 0.7);
    const [back] = await call('ConvTranspose', [y, w], attributes);
    expect(back.shape).toEqual(x.shape);
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((s, v, i) => s + v * b[i], 0);
    expect(dot(forward.data, y.data)).toBeCloseTo(dot(x.data, back.data), 10);
  });
});

describe('normalisation, by hand', () => {
  it('BatchNormalization in training mode uses and updates the statistics of the batch', async () => {
    // Channel 0 holds 1, 3 (mean 2, population variance 1), channel 1 holds 2, 6 (mean 4, variance 4).
    const parameters = [float32([2, 1]), float32([0, 5]), float32([10, 0]), float32([1, 0])];
    const attributes = { training_mode: 1, momentum: 0.75, epsilon: 0 };
    const [y, mean, variance] = await call(
      'BatchNormalization',
      [float32([1, 2, 3, 6], [2, 2]), ...parameters],
      attributes,
      3,
    );
    expect(y.data).toEqual([-2, 4, 2, 6]);
    expect(mean.data).toEqual([10 * 0.75 + 2 * 0.25, 1]);
    expect(variance.data).toEqual([1, 1]);
  });
  it('BatchNormalization of inference uses the statistics given', async () => {
    const parameters = [float32([3]), float32([1]), float32([2]), float32([4])];
    const [y] = await call('BatchNormalization', [float32([2, 6], [1, 1, 1, 2]), ...parameters], { epsilon: 0 });
    expect(y.data).toEqual([1, 7]);
  });
  it('LayerNormalization gives value, mean and inverse deviation by row', async () => {
    const x = float32([1, 3, 10, 14], [2, 2]);
    const [y, mean, inverse] = await call('LayerNormalization', [x, ones([2]), float32([0, 1])], { epsilon: 0 }, 3);
    expect(y.data).toEqual([-1, 2, -1, 2]);
    expect(mean).toEqual({ shape: [2, 1], data: [2, 12] });
    expect(inverse).toEqual({ shape: [2, 1], data: [1, 0.5] });
  });
  it('InstanceNormalization normalises each sample and channel', async () => {
    const [y] = await call(
      'InstanceNormalization',
      [float32([1, 3, 0, 4], [1, 2, 2]), float32([1, 10]), float32([0, 1])],
      { epsilon: 0 },
    );
    expect(y.data).toEqual([-1, 1, -9, 11]);
  });
});

describe('other operators, by hand', () => {
  const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const cases: [string, string, (Tensor | undefined)[], Record<string, Attribute>, number[]][] = [
    ['padding is left out of averages', 'AveragePool', [count([1, 1, 2, 2])], pads, [2.5, 2.5, 2.5, 2.5]],
    [
      'or counted',
      'AveragePool',
      [count([1, 1, 2, 2])],
      { ...pads, count_include_pad: 1 },
      new Array<number>(4).fill(10 / 9),
    ],
    ['padding never is the maximum', 'MaxPool', [float32([-1, -2, -3, -4], [1, 1, 2, 2])], pads, [-1, -1, -1, -1]],
    ['a negative index counts from the end', 'Gather', [count([3, 2]), int64([-1, 0])], {}, [5, 6, 1, 2]],
    ['Gather along axis 1', 'Gather', [count([2, 3]), int64([2, 2])], { axis: 1 }, [3, 3, 6, 6]],
    ['GatherElements', 'GatherElements', [count([2, 3]), int64([0, -1, 1, 0], [2, 2])], { axis: 1 }, [1, 3, 5, 4]],
    ['a slice backwards', 'Slice', [count([5]), int64([-2]), int64([0]), int64([0]), int64([-2])], {}, [4, 2]],
    ['all backwards', 'Slice', [count([3]), int64([2]), int64([-100]), int64([0]), int64([-1])], {}, [3, 2, 1]],
    ['a slice of the last axis', 'Slice', [count([2, 3]), int64([1]), int64([9]), int64([-1])], {}, [2, 3, 5, 6]],
    ['Where', 'Where', [tensor('bool', [2, 1], Uint8Array.of(1, 0)), count([2]), float32([9], [])], {}, [1, 2, 9, 9]],
    [
      'Gemm',
      'Gemm',
      [count([2, 1]), count([2, 2]), float32([1, 2])],
      { transA: 1, transB: 1, alpha: 2, beta: 10 },
      [20, 42],
    ],
    ['MatMul broadcasts batches', 'MatMul', [count([2, 1, 2]), float32([1, 10], [2, 1])], {}, [21, 43]],
    ['ReduceSum', 'ReduceSum', [count([2, 3]), int64([0])], { keepdims: 0 }, [5, 7, 9]],
    ['ReduceMean', 'ReduceMean', [count([2, 4])], { axes: [-1] }, [2.5, 6.5]],
    ['ReduceMax', 'ReduceMax', [float32([-3, -1, NaN, 2], [2, 2])], { axes: [1] }, [-1, NaN]],
    ['Sign keeps NaN', 'Sign', [float32([-2, 0, 5, NaN])], {}, [-1, 0, 1, NaN]],
    ['Pad cuts and fills', 'Pad', [count([4]), int64([-1, 2]), float32([7], [])], {}, [2, 3, 4, 7, 7]],
    ['Tile', 'Tile', [count([1, 2]), int64([2, 2])], {}, [1, 2, 1, 2, 1, 2, 1, 2]],
    ['OneHot without a hot element', 'OneHot', [int64([1, 5]), int64([2], []), float32([0, 3])], {}, [0, 3, 0, 0]],
    ['integer division truncates', 'Div', [int64([-7, 7]), int64([2])], {}, [-3, 3]],
    ['Softmax', 'Softmax', [float32([Math.log(1), Math.log(3)], [1, 2])], {}, [0.25, 0.75]],
    ['HardSigmoid', 'HardSigmoid', [float32([-9, 0, 1, 9])], {}, [0, 0.5, 0.7, 1]],
  ];
  it.each(cases)('%s', async (_, op, inputs, attributes, expected) => {
    const [{ data }] = await call(op, inputs, attributes);
    expect(data).toHaveLength(expected.length);
    data.forEach((value, i) =>
      Number.isNaN(expected[i]) ? expect(value).toBeNaN() : expect(value).toBeCloseTo(expected[i], 6),
    );
  });
});

describe('ReferenceEngine', () => {
  it('has every operator that there is a schema for', () => {
    expect([...schemas.keys()].filter((op) => !kernels.has(op))).toEqual([]);
  });

  it('runs the conformance suite to the shapes and types that inference finds', async () => {
    for (const { name, graph, feeds } of conformanceCases) {
      const outputs = await (await engine.load(graph)).run(feeds);
      for (const { name: output, dtype, shape } of graph.outputs) {
        const { [output]: actual } = outputs;
        expect([name, actual.dtype, actual.shape]).toEqual([name, dtype === 'float32' ? 'float64' : dtype, shape]);
        expect(actual.data).toHaveLength(shape.reduce<number>((a, b) => a * Number(b), 1));
      }
    }
  });

  it('computes in float64 and leaves its feeds alone', async () => {
    const b = new GraphBuilder('precise');
    const x = b.input('x', 'float32', [2]);
    b.output(
      b.node('Sub', [b.node('Add', [x, b.constant(float32([2 ** 40], []))]), b.constant(float32([2 ** 40], []))]),
      'y',
    );
    const session = await engine.load(b.build());
    const feeds = { x: float32([0.5, 3]) };
    for (let run = 0; run < 2; run += 1) expect([...(await session.run(feeds)).y.data]).toEqual([0.5, 3]);
    expect(feeds.x.dtype).toBe('float32');
    await session.release();
  });

  it('refuses symbolic dimensions, missing and misshapen feeds, and indices out of range', async () => {
    const b = new GraphBuilder('refusals');
    const x = b.input('x', 'float32', ['N']);
    b.output(b.node('Relu', [x]));
    await expect(engine.load(b.build())).rejects.toThrow('value "Relu_0" has the symbolic dimension N: specialise');
    const fixed = new GraphBuilder('fixed');
    const [data, index] = [fixed.input('data', 'float32', [3]), fixed.input('index', 'int64', [1])];
    fixed.output(fixed.node('Gather', [data, index]));
    const session = await engine.load(fixed.build());
    const good = { data: float32([1, 2, 3]), index: int64([1]) };
    await expect(session.run({ data: good.data })).rejects.toThrow(GraphError);
    await expect(session.run({ ...good, data: float32([1]) })).rejects.toThrow('is fed float32[1], must be float32[3]');
    await expect(session.run({ ...good, index: float32([1]) })).rejects.toThrow('is fed float32[1], must be int64[1]');
    await expect(session.run({ ...good, index: int64([3]) })).rejects.toThrow('index 3 must lie in [-3, 2]');
  });

  it('refuses a window over three axes by node', async () => {
    await expect(call('Conv', [count([1, 1, 2, 2, 2]), ones([1, 1, 1, 1, 1])])).rejects.toThrow(
      UnsupportedOperatorError,
    );
  });
});
