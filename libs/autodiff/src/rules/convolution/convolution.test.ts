import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, GraphBuilder, type Attribute } from '@gradsign/onnx';
import { gradients } from '../../gradients';
import { differences } from '../../testing/gradient-check';
import { perSampleDifferences } from '../../testing/per-sample-check';

const engine = new ReferenceEngine();

type Case = [name: string, x: number[], w: number[], attributes: Record<string, Attribute>];

const convolutions: Case[] = [
  ['1×1', [2, 3, 3, 2], [4, 3, 1, 1], {}],
  ['1×1, stride 2 over an odd size', [2, 2, 5, 4], [3, 2, 1, 1], { strides: [2, 2] }],
  ['1×1, padding', [2, 2, 3, 3], [2, 2, 1, 1], { pads: [1, 1, 1, 1] }],
  ['1×1, groups', [2, 4, 3, 2], [2, 2, 1, 1], { group: 2 }],
  ['3×3 without padding', [2, 2, 4, 5], [3, 2, 3, 3], {}],
  ['3×3, same size', [2, 3, 4, 3], [2, 3, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3×3, stride 2, odd size', [2, 2, 5, 7], [3, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['3×3, stride 2, even size', [2, 2, 6, 4], [3, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['stride leaves a rest unread', [1, 1, 6, 8], [1, 1, 2, 3], { strides: [3, 3] }],
  ['stride of one axis', [2, 2, 5, 5], [2, 2, 3, 3], { strides: [1, 2], pads: [1, 1, 1, 1] }],
  ['stride beyond the kernel', [1, 2, 5, 5], [2, 2, 2, 2], { strides: [3, 2] }],
  ['padding beyond the kernel', [1, 2, 3, 3], [2, 2, 2, 2], { pads: [2, 3, 2, 3] }],
  ['padding differs by side', [2, 2, 4, 3], [2, 2, 3, 3], { pads: [0, 1, 2, 0] }],
  ['kernel differs by axis', [2, 2, 5, 4], [2, 2, 1, 3], { pads: [0, 1, 0, 1] }],
  ['kernel as large as the input', [2, 2, 3, 4], [3, 2, 3, 4], {}],
  ['dilation', [2, 2, 6, 7], [2, 2, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }],
  ['dilation and stride', [1, 2, 7, 8], [2, 2, 3, 2], { dilations: [2, 3], pads: [2, 1, 1, 2], strides: [2, 2] }],
  ['groups', [2, 4, 4, 3], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }],
  ['groups and stride', [2, 4, 5, 5], [2, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['depthwise', [2, 3, 4, 4], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }],
  ['depthwise with a multiplier', [2, 2, 4, 4], [4, 1, 3, 3], { group: 2, dilations: [2, 2], pads: [2, 2, 2, 2] }],
];

const transposed: Case[] = [
  ['1×1', [2, 3, 3, 2], [3, 4, 1, 1], {}],
  ['3×3', [2, 2, 3, 4], [2, 3, 3, 3], {}],
  ['padding', [2, 2, 3, 4], [2, 3, 3, 3], { pads: [1, 0, 1, 2] }],
  ['stride', [2, 2, 3, 2], [2, 2, 3, 3], { strides: [2, 3], pads: [1, 1, 1, 1] }],
  ['output padding', [1, 2, 3, 2], [2, 2, 3, 3], { strides: [2, 2], output_padding: [1, 1] }],
  ['dilation', [1, 2, 3, 4], [2, 2, 2, 3], { dilations: [2, 2] }],
  ['groups', [2, 4, 3, 3], [4, 3, 2, 2], { group: 2, strides: [2, 2] }],
];

describe.each([
  ['Conv', convolutions, 0],
  ['ConvTranspose', transposed, 1],
] as const)('%s', (op, cases, outputAxis) => {
  it.each(cases)('%s', async (_, x, w, attributes) => {
    const bias = [w[outputAxis] * (outputAxis === 1 ? Number(attributes.group ?? 1) : 1)];
    const found = await differences(engine, {
      inputs: [x, w, bias],
      build: (b, ...inputs) => b.node(op, inputs, attributes),
    });
    const apart = await perSampleDifferences(engine, {
      samples: x.with(0, 3),
      weights: [w, bias],
      build: (b, ...inputs) => b.node(op, inputs, attributes),
    });
    expect([...found, ...apart]).toEqual([]);
  });
});

it('refuses a convolution over one axis', () => {
  const b = new GraphBuilder('line');
  const x = b.input('x', 'float32', [1, 1, 5]);
  const y = b.node('Conv', [x, b.constant(float32([1, 1], [1, 1, 2]))]);
  expect(() => gradients(b, { seeds: [[y, y]], withRespectTo: [x] })).toThrow(
    'node "Conv_0" (Conv) cannot be differentiated: it has 1 spatial axes, only 2 are supported',
  );
});
