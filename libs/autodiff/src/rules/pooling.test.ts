import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, GraphBuilder, type Attribute } from '@gradsign/onnx';
import { gradients } from '../gradients';
import { differences, type GradientCase } from '../testing/gradient-check';

const engine = new ReferenceEngine();
const windows: [name: string, shape: number[], attributes: Record<string, Attribute>][] = [
  ['2×2 side by side', [2, 2, 4, 6], { kernel_shape: [2, 2], strides: [2, 2] }],
  ['2×2 with a rest', [1, 2, 5, 3], { kernel_shape: [2, 2], strides: [2, 2] }],
  ['3×3, same size', [1, 2, 4, 5], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
  ['3×3, stride 2', [1, 2, 5, 6], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['3×2 with padding on one side', [1, 1, 4, 4], { kernel_shape: [3, 2], pads: [0, 1, 2, 0] }],
  ['stride beyond the window', [1, 1, 7, 5], { kernel_shape: [2, 2], strides: [3, 3] }],
  ['the whole plane', [1, 3, 3, 4], { kernel_shape: [3, 4] }],
];

const pool = (op: string, shape: readonly number[], attributes: Record<string, Attribute> = {}): GradientCase => ({
  inputs: [shape],
  build: (b, x) => b.node(op, [x], attributes),
});

describe.each([0, 1])('AveragePool with count_include_pad = %d', (count_include_pad) => {
  it.each(windows)('%s', async (_, shape, attributes) => {
    expect(await differences(engine, pool('AveragePool', shape, { ...attributes, count_include_pad }))).toEqual([]);
  });
});

it.each(windows)('MaxPool: %s', async (_, shape, attributes) => {
  expect(await differences(engine, pool('MaxPool', shape, attributes))).toEqual([]);
});

it('MaxPool with dilation', async () => {
  const attributes = { kernel_shape: [2, 2], dilations: [2, 3], pads: [1, 0, 0, 1] };
  expect(await differences(engine, pool('MaxPool', [1, 2, 6, 5], attributes))).toEqual([]);
});

it('gives the cotangent to the first of several equal maxima', async () => {
  const b = new GraphBuilder('ties');
  const x = b.input('x', 'float32', [1, 1, 2, 4]);
  const y = b.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [1, 2] });
  const [gradient] = gradients(b, { seeds: [[y, b.constant(float32([5, 7], [1, 1, 1, 2]))]], withRespectTo: [x] });
  b.output(gradient, 'dx');
  const session = await engine.load(b.build());
  const { dx } = await session.run({ x: float32([1, 3, 0, 0, 3, 3, 0, 0], [1, 1, 2, 4]) });
  expect([...dx.data]).toEqual([0, 5, 7, 0, 0, 0, 0, 0]);
});

it('GlobalAveragePool', async () => {
  expect(await differences(engine, pool('GlobalAveragePool', [2, 3, 4, 5]))).toEqual([]);
});
