import { ReferenceEngine } from '@gradsign/engine-reference';
import { int64, type GraphBuilder, type Value } from '@gradsign/onnx';
import { differences } from '../testing/gradient-check';

const engine = new ReferenceEngine();
const list = (b: GraphBuilder, ...values: number[]) => b.constant(int64(values));

it.each<[string, number[][], (b: GraphBuilder, ...xs: Value[]) => Value]>([
  [
    'Concat',
    [
      [2, 1],
      [2, 3],
      [2, 2],
    ],
    (b, ...xs) => b.node('Concat', xs, { axis: 1 }),
  ],
  [
    'Concat along the last axis',
    [
      [2, 1],
      [2, 3],
    ],
    (b, ...xs) => b.node('Concat', xs, { axis: -1 }),
  ],
  ['Concat of one value twice', [[2, 2]], (b, x) => b.node('Concat', [x, x], { axis: 0 })],
  ['Slice', [[5, 4]], (b, x) => b.node('Slice', [x, list(b, 1, 0), list(b, 4, 3), list(b, 0, 1)])],
  ['Slice with a step', [[2, 7]], (b, x) => b.node('Slice', [x, list(b, 1), list(b, 99), list(b, -1), list(b, 3)])],
  ['Slice backwards', [[6, 2]], (b, x) => b.node('Slice', [x, list(b, -1), list(b, -99), list(b, 0), list(b, -2)])],
  ['Slice without axes', [[4, 4]], (b, x) => b.node('Slice', [x, list(b, 1, 2), list(b, -1, 9)])],
  ['Pad', [[2, 3]], (b, x) => b.node('Pad', [x, list(b, 1, 0, 2, 3)])],
  ['Pad that cuts', [[4, 5]], (b, x) => b.node('Pad', [x, list(b, -1, 2, 0, -2)])],
  ['Gather', [[4, 3]], (b, x) => b.node('Gather', [x, b.constant(int64([0, -1, 0], [3]))])],
  [
    'Gather along axis 1',
    [[2, 4, 3]],
    (b, x) => b.node('Gather', [x, b.constant(int64([3, 1, 1, 0], [2, 2]))], { axis: 1 }),
  ],
  ['Gather one', [[3, 4]], (b, x) => b.node('Gather', [x, b.constant(int64([2], []))], { axis: -1 })],
  [
    'Split',
    [[2, 7]],
    (b, x) => {
      const [first, , last] = b.nodes('Split', [x, list(b, 2, 1, 4)], 3, { axis: 1 });
      return b.node('Concat', [last, first, last], { axis: 1 });
    },
  ],
])('%s', async (_, inputs, build) => {
  expect(await differences(engine, { inputs, build })).toEqual([]);
});
