import { Random, Stream } from '@gradsign/random';
import { cellOf, type Cell, type Edge, type NdsArchitecture } from './architecture';
import { isomorphismString } from './canonical';
import { darts, nasnet } from './design-space';
import { sampleNds } from './variation';

const random = new Random(Stream.of(5, 'test', 'canonical'));

/** The same cell with its nodes in another order that keeps sources before readers, and terms in another order. */
function renamed({ edges, concat }: Cell): Cell {
  const nodes = edges.length / 2;
  const place = new Map([
    [0, 0],
    [1, 1],
  ]);
  const order: number[] = [];
  while (order.length < nodes) {
    const ready = Array.from({ length: nodes }, (_, i) => i + 2).filter(
      (node) => !place.has(node) && pairOf(edges, node).every(({ source }) => place.has(source)),
    );
    const node = random.pick(ready);
    place.set(node, place.size);
    order.push(node);
  }
  return {
    edges: order.flatMap((node) =>
      random.shuffle(pairOf(edges, node)).map(({ operation, source }) => ({ operation, source: place.get(source)! })),
    ),
    concat: random.shuffle(concat.map((node) => place.get(node)!)),
  };
}

const pairOf = (edges: readonly Edge[], node: number) => edges.slice(2 * node - 4, 2 * node - 2);

test('other orders of nodes, terms and concatenations are the same class', () => {
  for (let i = 0; i < 100; i++) {
    const architecture = sampleNds(nasnet, random);
    const other = { ...architecture, normal: renamed(architecture.normal), reduce: renamed(architecture.reduce) };
    expect(isomorphismString(other)).toBe(isomorphismString(architecture));
  }
});

test('other operations, sources, concatenations, widths and depths are other classes', () => {
  const edge = (operation: Edge['operation'], source: number) => ({ operation, source });
  const [sep0, sep1] = [edge('sep_conv_3x3', 0), edge('sep_conv_3x3', 1)];
  const normal = cellOf(darts, [sep0, sep1, sep0, sep1, edge('skip_connect', 2), edge('skip_connect', 3), sep0, sep0]);
  const architecture: NdsArchitecture = { normal, reduce: normal, width: 16, depth: 8 };
  // Two sums with weights of their own are not one sum read twice.
  const twice = cellOf(darts, normal.edges.with(5, edge('skip_connect', 2)));
  const others: NdsArchitecture[] = [
    { ...architecture, normal: twice },
    { ...architecture, normal: cellOf(darts, normal.edges.with(0, edge('sep_conv_5x5', 0))) },
    { ...architecture, normal: { ...normal, concat: [2, 4, 5] } },
    { ...architecture, reduce: cellOf(darts, normal.edges.with(0, sep1)) },
    { ...architecture, width: 24 },
    { ...architecture, depth: 4 },
  ];
  expect(new Set([architecture, ...others].map(isomorphismString)).size).toBe(1 + others.length);
});

test('nodes that do not reach the output do not count', () => {
  const { normal, reduce, ...sizes } = sampleNds(darts, random);
  const first = { ...normal, concat: [2] };
  const other = { ...first, edges: normal.edges.with(7, { operation: 'dil_conv_5x5', source: 4 } as const) };
  expect(isomorphismString({ normal: first, reduce, ...sizes })).toBe(
    isomorphismString({ normal: other, reduce, ...sizes }),
  );
});
