import { Random, Stream } from '@gradsign/random';
import { cellOf, nodeOf, type NdsArchitecture } from './architecture';
import { DEPTHS, WIDTHS, amoeba, darts, enas, nasnet, pnas } from './design-space';
import { ndsEncoding } from './encoding';
import { formatNds, parseNds } from './notation';
import { mutateNds, neighbourNds, sampleNds } from './variation';

const spaces = [darts, enas, pnas, nasnet, amoeba].map((space) => [space.name, space] as const);
const random = (name: string) => new Random(Stream.of(7, 'test', name));
const differences = (a: NdsArchitecture, b: NdsArchitecture) =>
  (['normal', 'reduce'] as const).flatMap((cell) =>
    a[cell].edges.flatMap((edge, i) => {
      const other = b[cell].edges[i];
      return [
        ...(edge.operation === other.operation ? [] : [`${cell} operation`]),
        ...(edge.source === other.source ? [] : [`${cell} source`]),
      ];
    }),
  );

/** Standard deviations between a count of successes and its expectation. */
const deviation = (count: number, draws: number, p: number) => (count - draws * p) / Math.sqrt(draws * p * (1 - p));

describe.each(spaces)('%s', (name, space) => {
  test('each edge draws its operation and its source uniformly, each network its width and depth', () => {
    const source = random(`${name} sample`);
    const draws = 3000;
    const { choices, encode } = ndsEncoding(space);
    const counts = choices.map(({ options }) => options.map(() => 0));
    let equalEdges = 0;
    for (let i = 0; i < draws; i++) {
      const architecture = sampleNds(space, source);
      encode(architecture).forEach((option, choice) => counts[choice][option]++);
      const [a, b] = architecture.normal.edges.slice(-2);
      equalEdges += a.operation === b.operation && a.source === b.source ? 1 : 0;
    }
    for (const options of counts) {
      for (const count of options) expect(Math.abs(deviation(count, draws, 1 / options.length))).toBeLessThan(4.5);
    }
    // The two edges of the last node are independent.
    const equal = 1 / (space.operations.length * (space.nodes + 1));
    expect(Math.abs(deviation(equalEdges, draws, equal))).toBeLessThan(4);
  });

  test('moves stay in the space; the changed cell concatenates by the rule', () => {
    const source = random(`${name} mutate`);
    let architecture = sampleNds(space, source);
    for (let i = 0; i < 300; i++) {
      const operator = i % 2 === 0 ? 'published' : 'uniform';
      const child = mutateNds(space, architecture, source, operator);
      expect(parseNds(space, formatNds(child))).toEqual(child);
      for (const cell of [child.normal, child.reduce]) expect(cell).toEqual(cellOf(space, cell.edges));
      const sizes = Number(child.width !== architecture.width) + Number(child.depth !== architecture.depth);
      expect(differences(architecture, child).length + sizes).toBe(1);
      if (operator === 'published') expect(sizes).toBe(0);
      architecture = child;
    }
  });

  test('the published mutation changes operations and sources, of either cell, equally often', () => {
    const source = random(`${name} published`);
    const architecture = sampleNds(space, source);
    const draws = 2000;
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const [change] = differences(architecture, mutateNds(space, architecture, source, 'published'));
      counts.set(change, (counts.get(change) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(
      ['normal operation', 'normal source', 'reduce operation', 'reduce source'].sort(),
    );
    for (const count of counts.values()) expect(Math.abs(deviation(count, draws, 1 / 4))).toBeLessThan(4);
  });

  test('neighbours are all changes of one decision', () => {
    const architecture = sampleNds(space, random(`${name} neighbours`));
    const texts = neighbourNds(space, architecture).map(formatNds);
    const sources = architecture.normal.edges.reduce((sum, _, edge) => sum + nodeOf(edge) - 1, 0);
    const operations = 2 * space.nodes * (space.operations.length - 1);
    expect(texts).toHaveLength(2 * (sources + operations) + WIDTHS.length - 1 + DEPTHS.length - 1);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).not.toContain(formatNds(architecture));
  });
});

test('loose ends are the nodes that no other node reads', () => {
  const edges = [0, 1, 2, 0, 0, 1, 3, 3, 1, 0].map((source) => ({ operation: 'skip_connect' as const, source }));
  expect(cellOf(enas, edges).concat).toEqual([4, 5, 6]);
  expect(cellOf(pnas, edges).concat).toEqual([2, 3, 4, 5, 6]);
});

test('only architectures that can be sampled have a vector', () => {
  const { encode } = ndsEncoding(enas);
  const architecture = sampleNds(enas, random('encode'));
  expect(() => encode({ ...architecture, width: 36 })).toThrow(RangeError);
  expect(() => encode({ ...architecture, width: 36 })).toThrow('width must be one of 16, 24, 32');
  expect(() => encode({ ...architecture, depth: 5 })).toThrow('depth one of 4, 8, 12, 16, 20');
  const foreign = { ...architecture.reduce, concat: [2] };
  expect(() => encode({ ...architecture, reduce: foreign })).toThrow('the nodes that no other node reads');
});
