import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, GraphBuilder, type Graph, type Tensor } from '@gradsign/onnx';
import { lowerNormalization } from './lower-normalization';
import { distinct } from './testing/gradient-check';

const engine = new ReferenceEngine();

/** Two normalisations in a row, then a Relu; scale and shift are constants or inputs. */
function network(shape: number[], parameters: readonly (number | 'input')[]): Graph {
  const b = new GraphBuilder('network');
  const x = b.input('x', 'float32', shape);
  const vector = (value: number | 'input', i: number) =>
    value === 'input'
      ? b.input(`p${i}`, 'float32', [shape[1]])
      : b.initializer(`p${i}`, float32(new Array<number>(shape[1]).fill(value)));
  const [scale, shift] = parameters.map(vector);
  const first = b.node('InstanceNormalization', [x, scale, shift], { epsilon: 0.01 }, 'first');
  const second = b.node('InstanceNormalization', [b.node('Exp', [first]), scale, shift], {}, 'second');
  b.output(second);
  b.output(b.node('Relu', [first], {}, 'relu'));
  return b.build();
}

it.each([
  [
    [2, 3, 4, 5],
    [1, 0],
  ],
  [
    [2, 3, 4, 5],
    [2, 0],
  ],
  [
    [2, 3, 4, 5],
    [1, -1],
  ],
  [
    [1, 2, 3, 3],
    [0.5, 3],
  ],
  [
    [2, 3, 7],
    ['input', 'input'],
  ],
  [
    [2, 1, 4, 4],
    ['input', 0],
  ],
] as [number[], (number | 'input')[]][])('keeps values and their names: %j, scale and shift %j', async (shape, ps) => {
  const graph = network(shape, ps);
  const lowered = lowerNormalization(graph);
  expect(lowered.nodes.map(({ op }) => op)).not.toContain('InstanceNormalization');
  expect([lowered.inputs, lowered.outputs]).toEqual([graph.inputs, graph.outputs]);
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape: dims }, i) => [name, distinct({ shape: dims as number[] }, i) as Tensor]),
  );
  const [expected, actual] = await Promise.all([graph, lowered].map(async (g) => (await engine.load(g)).run(feeds)));
  for (const [name, { data }] of Object.entries(expected)) {
    (data as Float64Array).forEach((value, k) => expect(actual[name].data[k]).toBeCloseTo(value, 12));
  }
});

it('leaves other graphs as they are', () => {
  const b = new GraphBuilder('plain');
  b.output(b.node('Relu', [b.input('x', 'float32', [2, 3])]));
  expect(lowerNormalization(b.build())).toEqual(b.build());
});
