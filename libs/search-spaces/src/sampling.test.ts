import { Random, Stream } from '@gradsign/random';
import { cellAt, SIZE } from './nas-bench-101/enumeration';
import { graphOf } from './nas-bench-101/graph';
import { keyOf } from './nas-bench-101/representative';
import { nasBench101 } from './nas-bench-101';
import { nasBench201 } from './nas-bench-201';
import { natsBenchSss } from './nats-bench-sss';
import { ndsSpaces } from './nds';
import { zen } from './zen';
import { typeOf, type ZenArchitecture } from './zen/architecture';
import type { SearchSpace } from './search-space';

const random = (name: string) => new Random(Stream.of(11, 'test', name));
const samples = <A>(space: SearchSpace<A>, draws: number): A[] => {
  const source = random(space.name);
  return Array.from({ length: draws }, () => space.sample(source));
};

/** A standard normal variable exceeds it with probability 0.0001. */
const LIMIT = 3.72;

/**
 * Pearson's χ² of counts against equal probabilities for `cells` outcomes, as a standard normal variable by the
 * approximation of Wilson and Hilferty (1931).
 */
function unevenness(counts: Iterable<number>, cells: number): number {
  const seen = [...counts];
  if (seen.length > cells) throw new Error(`${seen.length} outcomes, of ${cells} possible ones`);
  const expected = seen.reduce((a, b) => a + b) / cells;
  if (expected < 5) throw new Error(`${expected} expected in a cell: too few for the statistic`);
  const unseen = (cells - seen.length) * expected;
  const statistic = seen.reduce((sum, count) => sum + (count - expected) ** 2 / expected, unseen);
  const freedom = cells - 1;
  return (Math.cbrt(statistic / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
}

function tally<T>(items: readonly T[], key: (item: T) => string | number): Map<string | number, number> {
  const counts = new Map<string | number, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

test('the statistic tells uneven draws and missing outcomes', () => {
  const source = random('statistic');
  const draws = Array.from({ length: 10_000 }, () => source.int(100));
  expect(Math.abs(unevenness(tally(draws, (n) => n).values(), 100))).toBeLessThan(LIMIT);
  expect(unevenness(tally(draws, (n) => Math.max(n, 1)).values(), 100)).toBeGreaterThan(LIMIT);
  expect(unevenness(tally(draws, (n) => n % 25).values(), 26)).toBeGreaterThan(LIMIT);
});

test.each([
  ['nas-bench-201', nasBench201 as SearchSpace, 15_625],
  ['nats-bench-sss', natsBenchSss as SearchSpace, 32_768],
])('%s: all strings are equally probable', (_, space, size) => {
  const counts = tally(samples(space, 6 * size), (architecture) => space.format(architecture));
  expect(Math.abs(unevenness(counts.values(), size))).toBeLessThan(LIMIT);
});

test('nas-bench-101: all parts of the list of classes are equally probable', () => {
  // The enumeration is in the order of the keys.
  const parts = 424;
  const firsts = Array.from({ length: parts }, (_, i) => keyOf(graphOf(cellAt(Math.round((i * SIZE) / parts)))));
  const part = (key: number) => {
    let [low, high] = [0, parts];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (firsts[middle] <= key) low = middle;
      else high = middle;
    }
    return low;
  };
  const counts = tally(samples(nasBench101, 20_000), (cell) => part(keyOf(graphOf(cell))));
  expect(Math.abs(unevenness(counts.values(), parts))).toBeLessThan(LIMIT);
});

test.each(ndsSpaces.map((space) => [space.name, space] as const))(
  '%s: every decision is uniform, and independent of the next two',
  (_, space) => {
    const { choices, encode } = space.encoding!;
    const drawn = samples(space, 3000).map(encode);
    for (let i = 0; i < choices.length; i++) {
      for (const j of [i + 1, i + 2].filter((other) => other < choices.length)) {
        const cells = choices[i].options.length * choices[j].options.length;
        if (cells === 1) continue;
        const counts = tally(drawn, (indices) => `${indices[i]} ${indices[j]}`);
        expect([i, j, Math.abs(unevenness(counts.values(), cells)) < LIMIT]).toEqual([i, j, true]);
      }
    }
  },
);

/**
 * Channels of the published start (8, 16, 32, 64, 64, 128; bottlenecks 8, 16, 32, 32) divided or multiplied by 1, 1.25,
 * 1.5, 2 or 2.5, in multiples of 8: how many different ones there are.
 */
const ZEN_WIDTHS = [2, 5, 7, 9, 9, 9];
const ZEN_BOTTLENECKS = [1, 2, 5, 7, 7, 1];

const ZEN_DRAWS = 3000;
let zenDrawn: readonly ZenArchitecture[];
beforeAll(() => (zenDrawn = samples(zen, ZEN_DRAWS)));

describe.each([
  ['residual', 6],
  ['inverted', 12],
] as const)('zen, %s blocks', (family, types) => {
  const drawn = () => zenDrawn.filter(({ blocks }) => typeOf(blocks[1]).family === family);
  const block = (i: number, keys: readonly ('type' | 'channels' | 'bottleneck' | 'layers')[]) => {
    return ({ blocks }: ZenArchitecture) => keys.map((key) => blocks[i][key]).join();
  };
  const check = (key: (architecture: ZenArchitecture) => string, cells: number) =>
    expect(Math.abs(unevenness(tally(drawn(), key).values(), cells))).toBeLessThan(LIMIT);

  test('are half of the architectures', () => {
    expect(Math.abs(unevenness([drawn().length, ZEN_DRAWS - drawn().length], 2))).toBeLessThan(LIMIT);
  });

  test('are uniform over types, layers, channels and bottlenecks, each independent of the next block', () => {
    for (const i of [1, 2, 3, 4]) {
      check(block(i, ['type', 'layers']), 3 * types);
      check(block(i, ['channels', 'bottleneck']), ZEN_WIDTHS[i] * ZEN_BOTTLENECKS[i]);
      check(block(i, ['layers', 'channels']), 3 * ZEN_WIDTHS[i]);
      if (i < 4) check((a) => block(i, ['type'])(a) + block(i + 1, ['type'])(a), types * types);
    }
  });

  test('stand between convolutions of uniform channels; the last one stays with inverted blocks', () => {
    const heads = family === 'inverted' ? 1 : ZEN_WIDTHS[5];
    check((a) => `${a.blocks[0].channels} ${a.blocks[5].channels}`, ZEN_WIDTHS[0] * heads);
  });
});
