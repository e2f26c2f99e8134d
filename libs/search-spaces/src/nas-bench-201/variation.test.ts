import { Random, Stream } from '@gradsign/random';
import { EDGES, OPERATIONS } from './architecture';
import { parseCell } from './notation';
import { mutateCell, neighbourCells, sampleCell } from './variation';

const CELL = parseCell('|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|');
const random = (name: string) => new Random(Stream.of(7, 'test', name));

/** Pearson's statistic; for k counts it has k − 1 degrees of freedom, mean k − 1 and variance 2(k − 1). */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b);
  return counts.reduce(
    (sum, count, i) => sum + (count - total * probabilities[i]) ** 2 / (total * probabilities[i]),
    0,
  );
}

function changes(operator: 'published' | 'uniform', draws: number) {
  const edges = EDGES.map(() => 0);
  const options = new Map<string, number>();
  const source = random(operator);
  for (let i = 0; i < draws; i++) {
    const child = mutateCell(CELL, source, operator);
    const changed = EDGES.map((_, edge) => edge).filter((edge) => child[edge] !== CELL[edge]);
    if (changed.length !== 1) throw new Error(`${changed.length} edges changed`);
    edges[changed[0]]++;
    const key = `${changed[0]} ${child[changed[0]]}`;
    options.set(key, (options.get(key) ?? 0) + 1);
  }
  return { edges, options };
}

describe('sampling', () => {
  test('is uniform over operations on each edge and over pairs of edges', () => {
    const source = random('sample');
    const pairs = EDGES.map(() => OPERATIONS.flatMap(() => OPERATIONS.map(() => 0)));
    for (let i = 0; i < 5000; i++) {
      const indices = sampleCell(source).map((op) => OPERATIONS.indexOf(op));
      EDGES.forEach((_, edge) => pairs[edge][5 * indices[edge] + indices[(edge + 1) % EDGES.length]]++);
    }
    for (const counts of pairs) {
      // 24 degrees of freedom: 51.2 has probability 0.001.
      expect(
        chiSquare(
          counts,
          counts.map(() => 1 / 25),
        ),
      ).toBeLessThan(51.2);
    }
  });

  test('is a function of the stream', () => {
    expect(sampleCell(random('a'))).toEqual(sampleCell(random('a')));
  });
});

describe('mutation', () => {
  // 5 degrees of freedom: 20.5 has probability 0.001; 3 degrees: 16.3.
  test.each([
    ['published', [1 / 3, 1 / 6, 1 / 6, 1 / 9, 1 / 9, 1 / 9]],
    ['uniform', [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6]],
  ] as const)('%s: one edge, with its probabilities, to any other operation', (operator, probabilities) => {
    const { edges, options } = changes(operator, 6000);
    expect(chiSquare(edges, probabilities)).toBeLessThan(20.5);
    expect(options.size).toBe(24);
    EDGES.forEach((_, edge) => {
      const counts = [...options].filter(([key]) => key.startsWith(`${edge} `)).map(([, count]) => count);
      expect(chiSquare(counts, [1 / 4, 1 / 4, 1 / 4, 1 / 4])).toBeLessThan(16.3);
    });
  });

  test('the statistic tells the two operators apart', () => {
    expect(
      chiSquare(
        changes('published', 6000).edges,
        EDGES.map(() => 1 / 6),
      ),
    ).toBeGreaterThan(100);
  });

  test('reaches exactly the neighbours', () => {
    const neighbours = neighbourCells(CELL).map((cell) => cell.join());
    expect(new Set(neighbours).size).toBe(24);
    const source = random('reach');
    const reached = new Set(Array.from({ length: 1000 }, () => mutateCell(CELL, source, 'published').join()));
    expect([...reached].sort()).toEqual(neighbours.sort());
  });
});
