import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, GraphBuilder, int64, tensor, type Tensor, type Value } from '@gradsign/onnx';
import { gradients } from './gradients';
import { distinct } from './testing/gradient-check';

const engine = new ReferenceEngine();
const pads = [1, 1, 1, 1];

interface Model {
  readonly inputs: readonly (readonly number[])[];
  /** A scalar. */
  readonly loss: (b: GraphBuilder, ...inputs: Value[]) => Value;
}

/** Σ softmax-like, so that second derivatives are not zero. */
const crossEntropy = (b: GraphBuilder, logits: Value) => {
  const labels = b.constant(float32([1, 0, 0, 0, 0, 1], [2, 3]));
  const picked = b.node('Mul', [b.node('LogSoftmax', [logits]), labels]);
  return b.node('Neg', [b.node('ReduceSum', [picked], { keepdims: 0 })]);
};
const head = (b: GraphBuilder, y: Value, w: Value) => {
  const flat = b.node('Flatten', [b.node('GlobalAveragePool', [y])]);
  return crossEntropy(b, b.node('Gemm', [flat, w], { transB: 1 }));
};
const batchNormalization = (b: GraphBuilder, y: Value, ...[scale, shift]: Value[]) => {
  const running = [0, 1].map((v) => b.constant(float32(new Array<number>(y.shape[1] as number).fill(v))));
  return b.nodes('BatchNormalization', [y, scale, shift, ...running], 3, { training_mode: 1 })[0];
};
const layerNormalization = (b: GraphBuilder, y: Value) => {
  const [height, width] = y.shape.slice(2) as number[];
  const ones = b.constant(float32(new Array<number>(height * width).fill(1), [height, width]));
  return b.nodes('LayerNormalization', [y, ones], 3, { axis: 2 })[0];
};

const models: Record<string, Model> = {
  Gemm: {
    inputs: [
      [2, 4],
      [4, 5],
      [5, 3],
    ],
    loss: (b, x, first, second) =>
      crossEntropy(b, b.node('Gemm', [b.node('Tanh', [b.node('Gemm', [x, first])]), second])),
  },
  'Conv and Relu': {
    inputs: [
      [2, 2, 5, 4],
      [3, 2, 3, 3],
      [3, 3],
    ],
    loss: (b, x, w, last) => head(b, b.node('Relu', [b.node('Conv', [x, w], { pads })]), last),
  },
  'Conv with stride and groups': {
    inputs: [
      [2, 4, 5, 5],
      [4, 2, 3, 3],
      [3, 4],
    ],
    loss: (b, x, w, last) =>
      head(b, b.node('Sigmoid', [b.node('Conv', [x, w], { pads, strides: [2, 2], group: 2 })]), last),
  },
  'batch normalisation': {
    inputs: [[2, 2, 4, 4], [3, 2, 3, 3], [3], [3], [3, 3]],
    loss: (b, x, w, scale, shift, last) =>
      head(b, b.node('Relu', [batchNormalization(b, b.node('Conv', [x, w], { pads }), scale, shift)]), last),
  },
  'layer normalisation by sample': {
    inputs: [
      [2, 2, 4, 4],
      [3, 2, 3, 3],
      [3, 3],
    ],
    loss: (b, x, w, last) => head(b, b.node('Relu', [layerNormalization(b, b.node('Conv', [x, w], { pads }))]), last),
  },
  pooling: {
    inputs: [
      [2, 2, 6, 6],
      [2, 2, 3, 3],
      [3, 2],
    ],
    loss: (b, x, w, last) => {
      const y = b.node('Tanh', [b.node('Conv', [x, w], { pads })]);
      const mean = b.node('AveragePool', [y], { kernel_shape: [3, 3], strides: [2, 2], pads });
      const max = b.node('MaxPool', [y], { kernel_shape: [2, 2], strides: [2, 2] });
      return head(b, b.node('Mul', [mean, max]), last);
    },
  },
};

it.each(Object.entries(models))('the Hessian times a vector: %s', async (_, { inputs, loss }) => {
  const b = new GraphBuilder('model');
  const values = inputs.map((shape, i) => b.input(`x${i}`, 'float32', shape));
  const directions = inputs.map((shape, i) => b.input(`v${i}`, 'float32', shape));
  const first = gradients(b, { of: loss(b, ...values), withRespectTo: values });
  // ∇(∇L · v) = H·v
  const along = first
    .map((g, i) => b.node('ReduceSum', [b.node('Mul', [g, directions[i]])], { keepdims: 0 }))
    .reduce((p, q) => b.node('Add', [p, q]));
  const second = gradients(b, { of: along, withRespectTo: values });
  first.forEach((g, i) => b.output(g, `g${i}`));
  second.forEach((g, i) => b.output(g, `h${i}`));
  const session = await engine.load(b.build());

  const points = inputs.map((shape, i) => distinct({ shape }, i));
  const vectors = inputs.map((shape, i) => distinct({ shape, from: -1, to: 1 }, i + 20));
  const run = (step: number) => {
    const moved = points.map(({ shape, data }, i) =>
      tensor(
        'float64',
        shape,
        data.map((value, k) => value + step * vectors[i].data[k]),
      ),
    );
    const named = (name: string, list: readonly Tensor[]) => list.map((value, i) => [`${name}${i}`, value]);
    return session.run(Object.fromEntries([...named('x', moved), ...named('v', vectors)]));
  };
  const STEP = 1e-5;
  const [here, ahead, behind] = [await run(0), await run(STEP), await run(-STEP)];
  inputs.forEach((_shape, i) => {
    const actual = here[`h${i}`].data as Float64Array;
    const [next, previous] = [ahead[`g${i}`].data as Float64Array, behind[`g${i}`].data as Float64Array];
    const expected = next.map((value, k) => (value - previous[k]) / (2 * STEP));
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3);
    actual.forEach((value, k) => expect(Math.abs(value - expected[k])).toBeLessThan(1e-6 * (1 + Math.abs(value))));
  });
});

it('differentiates a constant to zeros of its shape', async () => {
  const b = new GraphBuilder('constant');
  const x = b.input('x', 'float32', [2, 3]);
  const of = b.node('ReduceSum', [b.node('Sign', [x]), b.constant(int64([0, 1]))], { keepdims: 0 });
  b.output(gradients(b, { of, withRespectTo: [x] })[0], 'dx');
  const { dx } = await (await engine.load(b.build())).run({ x: distinct({ shape: [2, 3] }, 0) });
  expect([dx.shape, [...dx.data]]).toEqual([
    [2, 3],
    [0, 0, 0, 0, 0, 0],
  ]);
});
