import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { GraphBuilder, float32, int64, zeros, type Attribute, type Dim, type Tensor, type Value } from '@gradsign/onnx';
import { zeroValues } from './zeros';

interface Call {
  readonly op: string;
  /** Shapes of the data inputs, or constants that are no data. */
  readonly inputs: readonly (readonly Dim[] | Tensor)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
}

const image = [1, 2, 3, 3];
const unary = (op: string, shape = image): Call => ({ op, inputs: [shape] });
const channels = [2];
const statistics = [channels, channels, channels, channels];

const calls: Call[] = [
  ...['Identity', 'Dropout', 'Relu', 'Tanh', 'Erf', 'HardSwish', 'Abs', 'Neg', 'Sign', 'Sqrt'].map((op) => unary(op)),
  ...['Sigmoid', 'Exp', 'Softmax', 'GlobalAveragePool', 'Flatten'].map((op) => unary(op)),
  { op: 'MaxPool', inputs: [image], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } },
  { op: 'AveragePool', inputs: [image], attributes: { kernel_shape: [2, 2] } },
  { op: 'ReduceSum', inputs: [image, int64([1])] },
  { op: 'ReduceMean', inputs: [image], attributes: { axes: [1] } },
  { op: 'ReduceMax', inputs: [image], attributes: { axes: [2] } },
  { op: 'Reshape', inputs: [image, int64([1, 18])] },
  { op: 'Transpose', inputs: [image], attributes: { perm: [0, 2, 3, 1] } },
  { op: 'Squeeze', inputs: [image, int64([0])] },
  { op: 'Unsqueeze', inputs: [image, int64([0])] },
  { op: 'Slice', inputs: [image, int64([0]), int64([1]), int64([1])] },
  { op: 'Pad', inputs: [image, int64([0, 0, -1, -1, 0, 0, 1, 1])] },
  { op: 'Pad', inputs: [image, int64([0, 0, 1, 0, 0, 0, 0, 1]), []] },
  { op: 'Expand', inputs: [[1, 2, 1, 1], int64([1, 2, 3, 3])] },
  { op: 'Tile', inputs: [image, int64([1, 1, 1, 2])] },
  { op: 'Gather', inputs: [image, int64([1, 0])], attributes: { axis: 1 } },
  ...['Add', 'Sub', 'Mul', 'Max'].map((op) => ({ op, inputs: [image, [2, 1, 1]] })),
  { op: 'Concat', inputs: [image, image], attributes: { axis: 1 } },
  {
    op: 'MatMul',
    inputs: [
      [2, 3],
      [3, 4],
    ],
  },
  { op: 'Gemm', inputs: [[2, 3], [3, 4], [4]] },
  {
    op: 'Gemm',
    inputs: [
      [2, 3],
      [3, 4],
    ],
  },
  { op: 'Conv', inputs: [image, [4, 2, 3, 3], [4]] },
  { op: 'Conv', inputs: [image, [4, 2, 1, 1]] },
  { op: 'ConvTranspose', inputs: [image, [2, 4, 2, 2], [4]] },
  { op: 'InstanceNormalization', inputs: [image, channels, channels] },
  { op: 'BatchNormalization', inputs: [image, ...statistics], attributes: { training_mode: 1 }, outputs: 3 },
  { op: 'BatchNormalization', inputs: [image, ...statistics] },
];

/** Positive values that are all different, so that no sum of them is zero by accident. */
function values(shape: readonly Dim[], input: number): Tensor {
  const size = (shape as number[]).reduce((a, b) => a * b, 1);
  return float32(
    Array.from({ length: size }, (_, i) => 0.3 + 0.1 * input + 0.07 * i + 0.003 * i * i),
    shape as number[],
  );
}

function build({ op, inputs, attributes, outputs = 1 }: Call) {
  const builder = new GraphBuilder('g');
  const arguments_ = inputs.map((input, i) =>
    'dtype' in input ? builder.constant(input) : builder.input(`in${i}`, 'float32', input),
  );
  const [y] = builder.nodes(op, arguments_, outputs, attributes);
  builder.output(y, 'y');
  return { graph: builder.build(), y };
}

/** Every way in which the data inputs can be zero or not. */
function* zeroings({ inputs }: Call): Generator<Set<string>> {
  const data = inputs.flatMap((input, i) => ('dtype' in input ? [] : [`in${i}`]));
  for (let bits = 0; bits < 2 ** data.length; bits++) {
    yield new Set(data.filter((_, i) => bits & (1 << i)));
  }
}

describe('zeroValues agrees with the operators of ONNX Runtime', () => {
  test.each(calls.map((call) => [`${call.op}(${call.inputs.length})`, call] as const))('%s', async (_, call) => {
    const { graph, y } = build(call);
    const session = await createOnnxRuntimeEngine().load(graph);
    for (const zero of zeroings(call)) {
      const feeds = Object.fromEntries(
        graph.inputs.map(({ name, shape }, i) => [
          name,
          zero.has(name) ? zeros('float32', shape as number[]) : values(shape, i),
        ]),
      );
      const result = (await session.run(feeds)).y.data as Float32Array;
      // "Zero" must be right; "not known to be zero" must be, too, for everything but a maximum with a zero.
      const known = zeroValues(graph, zero).has(y.name);
      if (call.op === 'Max') {
        expect(known).toBe(false);
      } else {
        expect([[...zero], known]).toEqual([[...zero], result.every((v) => v === 0)]);
      }
    }
    await session.release();
  });
});

test('starts from initializers of zeros, but not from integers', () => {
  const builder = new GraphBuilder('g');
  const x = builder.input('x', 'float32', ['N', 2]);
  const product = (factor: Value) => builder.node('Mul', [x, factor]);
  const none = product(builder.initializer('none', float32([0, 0])));
  const some = product(builder.initializer('some', float32([0, 1])));
  const first = builder.initializer('first', int64([0]));
  builder.output(builder.node('Gather', [some, first], { axis: 1 }), 'y');
  builder.output(none);
  expect([...zeroValues(builder.build())].sort()).toEqual([none.name, 'none'].sort());
});
