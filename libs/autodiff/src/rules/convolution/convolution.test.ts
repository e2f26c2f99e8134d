import { ReferenceEngine } from '@gradsign/engine-reference';
import type { Attribute } from '@gradsign/onnx';
import { differences } from '../../testing/gradient-check';

const engine = new ReferenceEngine();

type Case = [name: string, x: number[], w: number[], attributes: Record<string, Attribute>];

const convolutions: Case[] = [
  ['1×1', [2, 3, 3, 2], [4, 3, 1, 1], {}],
  ['1×1, stride 2 over an odd size', [1, 2, 5, 4], [3, 2, 1, 1], { strides: [2, 2] }],
  ['1×1, padding', [1, 2, 3, 3], [2, 2, 1, 1], { pads: [1, 1, 1, 1] }],
  ['3×3 without padding', [2, 2, 4, 5], [3, 2, 3, 3], {}],
  ['3×3, same size', [2, 3, 4, 3], [2, 3, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3×3, stride 2, odd size', [1, 2, 5, 7], [3, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['3×3, stride 2, even size', [1, 2, 6, 4], [3, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['stride leaves a rest unread', [1, 1, 6, 8], [1, 1, 2, 3], { strides: [3, 3] }],
  ['stride beyond the kernel', [1, 2, 5, 5], [2, 2, 2, 2], { strides: [3, 2] }],
  ['padding beyond the kernel', [1, 2, 3, 3], [2, 2, 2, 2], { pads: [2, 3, 2, 3] }],
  ['padding differs by side', [1, 2, 4, 3], [2, 2, 3, 3], { pads: [0, 1, 2, 0] }],
  ['kernel differs by axis', [1, 2, 5, 4], [2, 2, 1, 3], { pads: [0, 1, 0, 1] }],
  ['dilation', [1, 2, 6, 7], [2, 2, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }],
  ['dilation and stride', [1, 2, 7, 8], [2, 2, 3, 2], { dilations: [2, 3], pads: [2, 1, 1, 2], strides: [2, 2] }],
  ['groups', [2, 4, 4, 3], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }],
  ['groups and stride', [1, 4, 5, 5], [2, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['depthwise', [2, 3, 4, 4], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }],
  ['depthwise with a multiplier', [1, 2, 4, 4], [4, 1, 3, 3], { group: 2, dilations: [2, 2], pads: [2, 2, 2, 2] }],
];

it.each(convolutions)('Conv: %s', async (_, x, w, attributes) => {
  const found = await differences(engine, {
    inputs: [x, w, [w[0]]],
    build: (b, ...inputs) => b.node('Conv', inputs, attributes),
  });
  expect(found).toEqual([]);
});
