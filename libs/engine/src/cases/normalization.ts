import type { Value } from '@gradsign/onnx';
import { define, type CaseBuilder, type ConformanceCase } from './case';

const parameters = (c: CaseBuilder, channels: number): Value[] => [
  c.weight([channels]),
  c.weight([channels]),
  c.weight([channels]),
  c.weight([channels], { from: 0.5, to: 2 }),
];

export const normalization: ConformanceCase[] = [
  define('BatchNormalization inference', (c) =>
    c.node('BatchNormalization', [c.input([2, 3, 5, 5]), ...parameters(c, 3)]),
  ),
  define('BatchNormalization inference, rank 2, epsilon', (c) =>
    c.node('BatchNormalization', [c.input([4, 3]), ...parameters(c, 3)], { epsilon: 0.1 }),
  ),
  define('BatchNormalization training', (c) =>
    c.graph.nodes('BatchNormalization', [c.input([3, 2, 4, 5]), ...parameters(c, 2)], 3, { training_mode: 1 }),
  ),
  define('BatchNormalization training, batch 1, momentum', (c) =>
    c.graph.nodes('BatchNormalization', [c.input([1, 5, 3, 3]), ...parameters(c, 5)], 3, {
      training_mode: 1,
      momentum: 0.25,
      epsilon: 1e-3,
    }),
  ),
  define('InstanceNormalization', (c) =>
    c.node('InstanceNormalization', [c.input([2, 3, 4, 5]), c.weight([3]), c.weight([3])]),
  ),
  define('InstanceNormalization rank 3, batch 1', (c) =>
    c.node('InstanceNormalization', [c.input([1, 4, 6]), c.weight([4]), c.weight([4])], { epsilon: 0.01 }),
  ),
  define('LayerNormalization last axis', (c) =>
    c.graph.nodes('LayerNormalization', [c.input([3, 4, 6]), c.weight([6]), c.weight([6])], 3),
  ),
  define('LayerNormalization without bias', (c) => c.node('LayerNormalization', [c.input([5, 7]), c.weight([7])])),
  define('LayerNormalization last two axes', (c) =>
    c.graph.nodes('LayerNormalization', [c.input([2, 3, 4]), c.weight([3, 4]), c.weight([3, 4])], 3, {
      axis: 1,
      epsilon: 0.1,
    }),
  ),
];
