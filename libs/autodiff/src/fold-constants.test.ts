import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, GraphBuilder, int64, type Graph, type Value } from '@gradsign/onnx';
import { foldConstants } from './fold-constants';
import { distinct } from './testing/gradient-check';

const engine = new ReferenceEngine();
const weight = float32(distinct({ shape: [2, 3, 4, 5] }, 0).data, [2, 3, 4, 5]);
const list = (b: GraphBuilder, ...values: number[]) => b.constant(int64(values));

/** A graph that adds a function of a constant to its input. */
function graph(build: (b: GraphBuilder, w: Value) => Value): Graph {
  const b = new GraphBuilder('constants');
  const folded = build(b, b.initializer('w', weight));
  b.output(b.node('Add', [b.input('x', 'float32', []), folded], {}, 'y'));
  return b.build();
}

async function outputOf(g: Graph): Promise<number[]> {
  const { y } = await (await engine.load(g)).run({ x: float32([0], []) });
  return [...(y.data as Float64Array)];
}

const slice = (b: GraphBuilder, w: Value, ...lists: number[][]) =>
  b.node('Slice', [w, ...lists.map((values) => list(b, ...values))]);

it.each<[string, (b: GraphBuilder, w: Value) => Value]>([
  ['Transpose', (b, w) => b.node('Transpose', [w], { perm: [2, 0, 3, 1] })],
  ['Transpose without perm', (b, w) => b.node('Transpose', [w])],
  ['Reshape', (b, w) => b.node('Reshape', [w, list(b, 6, 20)])],
  ['Slice backwards', (b, w) => slice(b, w, [-1, -1], [-100, -100], [2, 3], [-1, -1])],
  ['Slice of the first axis backwards', (b, w) => slice(b, w, [-1], [-(2 ** 31)], [0], [-1])],
  [
    'a chain',
    (b, w) => {
      const turned = b.node('Transpose', [w], { perm: [1, 0, 2, 3] });
      return b.node('Reshape', [slice(b, turned, [-1], [-9], [3], [-1]), list(b, 3, 2, 20)]);
    },
  ],
])('folds %s', async (_, build) => {
  const [before, after] = [graph(build), foldConstants(graph(build))];
  expect(after.nodes.map(({ op }) => op)).toEqual(['Add']);
  expect(await outputOf(after)).toEqual(await outputOf(before));
});

it.each<[string, (b: GraphBuilder, w: Value) => Value]>([
  ['a Slice that cuts', (b, w) => slice(b, w, [-1], [-3], [2], [-1])],
  ['a Slice with steps', (b, w) => slice(b, w, [-1], [-100], [3], [-2])],
  ['a Slice forwards', (b, w) => slice(b, w, [1], [3], [1])],
  ['a Reshape that copies sizes', (b, w) => b.node('Reshape', [w, list(b, 0, -1)])],
])('keeps the value of %s', async (_, build) => {
  const before = graph(build);
  expect(await outputOf(foldConstants(before))).toEqual(await outputOf(before));
});

it('keeps a constant that is an output', () => {
  const b = new GraphBuilder('output');
  b.output(b.node('Transpose', [b.initializer('w', weight)], {}, 'y'));
  expect(foldConstants(b.build()).nodes).toHaveLength(1);
});
