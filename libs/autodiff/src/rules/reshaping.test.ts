import { ReferenceEngine } from '@gradsign/engine-reference';
import { int64, type GraphBuilder, type Value } from '@gradsign/onnx';
import { differences } from '../testing/gradient-check';

const engine = new ReferenceEngine();
const list = (b: GraphBuilder, ...values: number[]) => b.constant(int64(values));

it.each<[string, number[][], (b: GraphBuilder, ...xs: Value[]) => Value]>([
  ['Reshape', [[2, 3, 4]], (b, x) => b.node('Reshape', [x, list(b, 0, -1)])],
  ['Flatten', [[2, 3, 2, 2]], (b, x) => b.node('Flatten', [x])],
  ['Flatten to one row', [[2, 3]], (b, x) => b.node('Flatten', [x], { axis: 0 })],
  ['Squeeze', [[2, 1, 3, 1]], (b, x) => b.node('Squeeze', [x, list(b, 1, -1)])],
  ['Unsqueeze', [[2, 3]], (b, x) => b.node('Unsqueeze', [x, list(b, 0, 2)])],
  ['Transpose', [[2, 3, 4]], (b, x) => b.node('Transpose', [x], { perm: [2, 0, 1] })],
  ['Transpose backwards', [[2, 3, 4]], (b, x) => b.node('Transpose', [x])],
  ['Expand', [[3, 1]], (b, x) => b.node('Expand', [x, list(b, 2, 3, 4)])],
  ['Expand that keeps larger axes', [[3, 4]], (b, x) => b.node('Expand', [x, list(b, 1)])],
  ['Tile', [[2, 3]], (b, x) => b.node('Tile', [x, list(b, 2, 3)])],
  ['Cast', [[2, 3]], (b, x) => b.node('Cast', [x], { to: 1 })],
])('%s', async (_, inputs, build) => {
  expect(await differences(engine, { inputs, build })).toEqual([]);
});
