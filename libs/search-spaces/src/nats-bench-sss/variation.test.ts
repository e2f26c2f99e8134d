import { Random, Stream } from '@gradsign/random';
import { LAYERS, WIDTHS } from './architecture';
import { enumerateSizes, SIZE } from './enumeration';
import { formatSizes, parseSizes } from './notation';
import { mutateSizes, neighbourSizes, sampleSizes } from './variation';

const random = (name: string) => new Random(Stream.of(7, 'test', name));

/** Pearson's statistic against equal probabilities. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

test('the enumeration has every architecture once, in the published order', () => {
  const texts = [...enumerateSizes()].map(formatSizes);
  expect(texts).toHaveLength(32768);
  expect(SIZE).toBe(32768);
  expect(new Set(texts).size).toBe(32768);
  // Of the benchmark's meta file and the names of its files.
  expect(texts.slice(0, 3)).toEqual(['8:8:8:8:8', '8:8:8:8:16', '8:8:8:8:24']);
  expect([texts[11], texts[284], texts[32767]]).toEqual(['8:8:8:16:32', '8:8:40:32:40', '64:64:64:64:64']);
});

test('sampling is uniform over widths, and over pairs of layers', () => {
  const source = random('sample');
  const pairs = Array.from({ length: LAYERS }, () => new Array<number>(64).fill(0));
  for (let i = 0; i < 6400; i++) {
    const indices = sampleSizes(source).map((width) => WIDTHS.indexOf(width));
    indices.forEach((index, layer) => pairs[layer][8 * index + indices[(layer + 1) % LAYERS]]++);
  }
  // 63 degrees of freedom: 103.4 has probability 0.001.
  for (const counts of pairs) expect(chiSquare(counts)).toBeLessThan(103.4);
  expect(sampleSizes(random('a'))).toEqual(sampleSizes(random('a')));
});

test('a mutation is uniform over the neighbours: one layer, another width', () => {
  const parent = parseSizes('8:16:24:32:64');
  const neighbours = neighbourSizes(parent).map(formatSizes);
  expect(new Set(neighbours).size).toBe(35);
  for (const text of neighbours) {
    expect(parseSizes(text).filter((width, layer) => width !== parent[layer])).toHaveLength(1);
  }
  const counts = new Map(neighbours.map((text) => [text, 0]));
  const source = random('mutate');
  for (let i = 0; i < 3500; i++) {
    const child = formatSizes(mutateSizes(parent, source));
    counts.set(child, counts.get(child)! + 1);
  }
  expect(counts.size).toBe(35);
  // 34 degrees of freedom: 65.2 has probability 0.001.
  expect(chiSquare([...counts.values()])).toBeLessThan(65.2);
});
