import fc from 'fast-check';
import { Random, Stream } from '@gradsign/random';
import { INPUT, MAX_EDGES, MAX_VERTICES, OPERATIONS, OUTPUT, type NasBench101Cell } from './architecture';
import { SIZE, cellAt, enumerateCells } from './enumeration';
import { cellOf, edgeCount, graphOf, prune, reorder, topologicalOrders } from './graph';
import { moduleHash } from './hash';
import { formatCell, parseCell } from './notation';
import { mutateCell, neighbourCells, sampleCell } from './variation';

const random = (name: string) => new Random(Stream.of(7, 'test', name));
const classes = fc.nat(SIZE - 1).map(cellAt);

/** Pearson's statistic. */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b);
  return counts.reduce(
    (sum, count, i) => sum + (count - total * probabilities[i]) ** 2 / (total * probabilities[i]),
    0,
  );
}

describe('sampling', () => {
  const draws = 4000;
  const sample = (name: string) => {
    const source = random(name);
    return Array.from({ length: draws }, () => sampleCell(source));
  };

  test('is uniform over classes: every group of classes comes as often as it has members', () => {
    // By edges and number of convolutions 3x3: properties that sampling by matrix would shift.
    const group = ({ matrix, ops }: NasBench101Cell) => {
      let edges = 0;
      for (const row of matrix) for (const entry of row) edges += entry;
      let convolutions = 0;
      for (const op of ops) convolutions += op === OPERATIONS[0] ? 1 : 0;
      return 10 * edges + convolutions;
    };
    const sizes = new Map<number, number>();
    for (const cell of enumerateCells()) sizes.set(group(cell), (sizes.get(group(cell)) ?? 0) + 1);
    const large = [...sizes].filter(([, size]) => (draws * size) / SIZE >= 10);
    const rest = SIZE - large.reduce((sum, [, size]) => sum + size, 0);
    const drawn = sample('sample').map(group);
    const counts = large.map(([name]) => drawn.filter((g) => g === name).length);
    const others = draws - counts.reduce((a, b) => a + b);
    expect(large).toHaveLength(15);
    // 15 degrees of freedom: 37.7 has probability 0.001.
    const statistic = chiSquare([...counts, others], [...large.map(([, size]) => size / SIZE), rest / SIZE]);
    expect(statistic).toBeLessThan(37.7);
  });

  test('draws an index of the enumeration, each with the same probability', () => {
    const [source, again] = [random('index'), random('index')];
    for (let i = 0; i < 100; i++) expect(sampleCell(again)).toEqual(cellAt(source.int(SIZE)));
  });
});

describe('neighbours', () => {
  test('are valid representatives, distinct, and of other classes', () => {
    fc.assert(
      fc.property(classes, (cell) => {
        const texts = neighbourCells(cell).map(formatCell);
        expect(texts.length).toBeGreaterThan(0);
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts).not.toContain(formatCell(cell));
        for (const text of texts) {
          const graph = graphOf(parseCell(text));
          expect(prune(graph)).toEqual(graph);
          expect(edgeCount(graph)).toBeLessThanOrEqual(MAX_EDGES);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('are the same for every cell of a class', () => {
    fc.assert(
      fc.property(classes, fc.nat(119), (cell, choice) => {
        const graph = graphOf(cell);
        const orders = topologicalOrders(graph.sources);
        const other = cellOf(reorder(graph, orders[choice % orders.length]));
        expect(neighbourCells(other)).toEqual(neighbourCells(cell));
      }),
      { numRuns: 30 },
    );
  });

  test('are what single changes of matrices of seven vertices lead to, and what one new vertex adds', () => {
    fc.assert(
      fc.property(classes, (cell) => {
        const expected = hashesByBruteForce(cell);
        expect(new Set(neighbourCells(cell).map(moduleHash))).toEqual(expected);
      }),
      { numRuns: 10 },
    );
  });

  test('of a neighbour are the cell, unless several vertices fell away', () => {
    fc.assert(
      fc.property(classes, fc.nat(), (cell, choice) => {
        const neighbours = neighbourCells(cell);
        const other = neighbours[choice % neighbours.length];
        fc.pre(cell.ops.length - other.ops.length < 2);
        const back = edgeCount(graphOf(cell)) - edgeCount(graphOf(other));
        fc.pre(back < 2 || (back === 2 && cell.ops.length > other.ops.length));
        expect(neighbourCells(other).map(formatCell)).toContain(formatCell(cell));
      }),
      { numRuns: 30 },
    );
  });

  test('of the smallest cell', () => {
    const direct = parseCell('{"matrix":[[0,1],[0,0]],"ops":["input","output"]}');
    expect(neighbourCells(direct).map(formatCell)).toEqual(
      OPERATIONS.map((op) =>
        formatCell({
          matrix: [
            [0, 1, 1],
            [0, 0, 1],
            [0, 0, 0],
          ],
          ops: [INPUT, op, OUTPUT],
        }),
      ),
    );
  });
});

/** Other classes at one changed entry, operation or added vertex, over all orders of the vertices. */
function hashesByBruteForce(cell: NasBench101Cell): Set<string> {
  const graph = graphOf(cell);
  const hashes = new Set<string>();
  const add = (other: NasBench101Cell) => {
    const used = prune(graphOf(other));
    if (used && edgeCount(used) <= MAX_EDGES) hashes.add(moduleHash(other));
  };
  for (const order of topologicalOrders(graph.sources)) {
    const { matrix, ops } = cellOf(reorder(graph, order));
    const size = ops.length;
    const flip = (m: readonly (readonly number[])[], s: number, t: number) => m.with(s, m[s].with(t, 1 - m[s][t]));
    for (let s = 0; s < size; s++) {
      for (let t = s + 1; t < size; t++) add({ matrix: flip(matrix, s, t), ops });
    }
    for (let v = 1; v < size - 1; v++) for (const op of OPERATIONS) add({ matrix, ops: ops.with(v, op) });
    if (size === MAX_VERTICES) continue;
    for (let at = 1; at < size; at++) {
      const wide = matrix.map((row) => row.toSpliced(at, 0, 0)).toSpliced(at, 0, new Array<number>(size + 1).fill(0));
      for (let s = 0; s < at; s++) {
        for (let t = at + 1; t <= size; t++) {
          for (const op of OPERATIONS) {
            add({ matrix: flip(flip(wide, s, at), at, t), ops: ops.toSpliced(at, 0, op) });
          }
        }
      }
    }
  }
  hashes.delete(moduleHash(cell));
  return hashes;
}

describe('mutation', () => {
  const cell = cellAt(300_000);
  const counts = (operator: 'uniform' | 'published', draws: number) => {
    const neighbours = neighbourCells(cell).map(formatCell);
    const found = new Map(neighbours.map((text) => [text, 0]));
    const source = random(operator);
    for (let i = 0; i < draws; i++) {
      const child = formatCell(mutateCell(cell, source, operator));
      found.set(child, found.get(child)! + 1);
    }
    expect(found.size).toBe(neighbours.length);
    return [...found].map(([text, count]) => ({
      relabelled: parseCell(text).matrix.join() === cell.matrix.join(),
      count,
    }));
  };

  test('uniform: each neighbour equally often', () => {
    const found = counts('uniform', 1500).map(({ count }) => count);
    expect(found).toHaveLength(18);
    // 17 degrees of freedom: 40.8 has probability 0.001.
    expect(
      chiSquare(
        found,
        found.map(() => 1 / found.length),
      ),
    ).toBeLessThan(40.8);
  });

  test('published: an operation with probability 5/19, and equally often within both kinds', () => {
    const found = counts('published', 1500);
    const kind = (relabelled: boolean) => found.filter((f) => f.relabelled === relabelled).length;
    const probabilities = found.map(({ relabelled }) => (relabelled ? 5 : 14) / 19 / kind(relabelled));
    const observed = found.map(({ count }) => count);
    expect(kind(true)).toBe(10);
    expect(chiSquare(observed, probabilities)).toBeLessThan(40.8);
    expect(
      chiSquare(
        observed,
        found.map(() => 1 / found.length),
      ),
    ).toBeGreaterThan(40.8);
  });

  test('where only one kind of change is possible, it is taken', () => {
    const direct = parseCell('{"matrix":[[0,1],[0,0]],"ops":["input","output"]}');
    expect(mutateCell(direct, random('direct'), 'published').ops).toHaveLength(3);
  });
});
