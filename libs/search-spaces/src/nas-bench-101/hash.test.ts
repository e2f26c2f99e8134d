import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parameterCount } from '@gradsign/network';
import { INPUT, MAX_VERTICES, OPERATIONS, OUTPUT, type NasBench101Cell } from './architecture';
import { SIZE, cellAt, enumerateCells } from './enumeration';
import { cellOf, graphOf, prune, reorder, topologicalOrders } from './graph';
import { moduleHash } from './hash';
import { cellNetwork } from './network';
import { formatCell, parseCell } from './notation';
import { representative } from './representative';

const TABLE = '../shared/data/nas-bench-101/nb101_30001.csv.gz';

/** A class, and a choice among the orders of its vertices. */
const reordered = fc.tuple(fc.nat(SIZE - 1), fc.nat(119)).map(([index, choice]) => {
  const cell = cellAt(index);
  const graph = graphOf(cell);
  const orders = topologicalOrders(graph.sources);
  return { cell, other: cellOf(reorder(graph, orders[choice % orders.length])) };
});

describe('classes', () => {
  test('the order of the vertices changes neither hash nor representative', () => {
    fc.assert(
      fc.property(reordered, ({ cell, other }) => {
        expect(parseCell(formatCell(other))).toEqual(other);
        expect(moduleHash(other)).toBe(moduleHash(cell));
        expect(cellOf(representative(graphOf(other)))).toEqual(cell);
      }),
    );
  });

  test('unused vertices change neither', () => {
    const raw = fc.tuple(
      fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 21, maxLength: 21 }),
      fc.array(fc.constantFrom(...OPERATIONS), { minLength: 5, maxLength: 5 }),
    );
    let pruned = 0;
    fc.assert(
      fc.property(raw, ([bits, interior]) => {
        const upper = [...bits];
        const vertices = Array.from({ length: MAX_VERTICES }, (_, v) => v);
        const matrix = vertices.map((s) => vertices.map((t) => (s < t ? upper.pop()! : 0)));
        const cell: NasBench101Cell = { matrix, ops: [INPUT, ...interior, OUTPUT] };
        const used = prune(graphOf(cell));
        fc.pre(used !== undefined);
        pruned += used.sources.length < MAX_VERTICES ? 1 : 0;
        expect(usedByHand(cell)).toEqual(cellOf(used));
        expect(moduleHash(cellOf(used))).toBe(moduleHash(cell));
      }),
      { numRuns: 300 },
    );
    expect(pruned).toBeGreaterThan(30);
  });

  test('another operation is another class, unless it is moved by a symmetry', () => {
    const chain = (...ops: string[]) =>
      moduleHash(parseCell(JSON.stringify({ matrix: CHAIN, ops: [INPUT, ...ops, OUTPUT] })));
    const fork = (...ops: string[]) =>
      moduleHash(parseCell(JSON.stringify({ matrix: FORK, ops: [INPUT, ...ops, OUTPUT] })));
    const [a, b] = OPERATIONS;
    expect(chain(a, b)).not.toBe(chain(b, a));
    expect(fork(a, b)).toBe(fork(b, a));
  });

  test('the classes of up to five vertices have different hashes, and all hashes of matrices are among them', () => {
    const small = [...enumerateCells()].filter(({ ops }) => ops.length <= 5);
    const hashes = new Set(small.map(moduleHash));
    expect(hashes.size).toBe(1 + 6 + 84 + 2441);
    for (const cell of matricesOf(4)) hashes.delete(moduleHash(cell));
    expect(hashes.size).toBe(2441);
  });
});

const CHAIN = [
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [0, 0, 0, 0],
];
const FORK = [
  [0, 1, 1, 0],
  [0, 0, 0, 1],
  [0, 0, 0, 1],
  [0, 0, 0, 0],
];

/** Every cell with that many vertices that has a path from input to output. */
function* matricesOf(vertices: number): Generator<NasBench101Cell> {
  const edges = (vertices * (vertices - 1)) / 2;
  for (let number = 0; number < 2 ** edges * 3 ** (vertices - 2); number++) {
    const labels = Math.floor(number / 2 ** edges);
    let bits = number % 2 ** edges;
    const take = () => {
      const bit = bits % 2;
      bits = (bits - bit) / 2;
      return bit;
    };
    const all = Array.from({ length: vertices }, (_, v) => v);
    const cell = {
      matrix: all.map((s) => all.map((t) => (s < t ? take() : 0))),
      ops: [INPUT, ...all.slice(2).map((v) => OPERATIONS[Math.floor(labels / 3 ** (v - 2)) % 3]), OUTPUT],
    };
    if (usedByHand(cell)) yield cell;
  }
}

/** Without vertices that no walk along the matrix's powers joins to both ends. */
function usedByHand({ matrix, ops }: NasBench101Cell): NasBench101Cell | undefined {
  const all = ops.map((_, v) => v);
  const reaches = (from: number, to: number): boolean =>
    from === to || all.some((next) => matrix[from][next] === 1 && reaches(next, to));
  const last = ops.length - 1;
  if (!reaches(0, last)) return undefined;
  const kept = all.filter((v) => reaches(0, v) && reaches(v, last));
  return { matrix: kept.map((s) => kept.map((t) => matrix[s][t])), ops: kept.map((v) => ops[v]) };
}

describe('the compiled table', () => {
  const table = existsSync(TABLE);
  if (!table) console.warn(`skipped: ${TABLE} is absent`);

  /** Every n-th row. */
  const rows = (n: number) => {
    const [header, ...lines] = gunzipSync(readFileSync(TABLE)).toString().trimEnd().split('\r\n');
    const names = header.split(',');
    return lines
      .filter((_, i) => i % n === 0)
      .map((line) => {
        const cells = line.split(',');
        const value = (name: string) => cells[names.indexOf(name)];
        const ops = value('ops').split('|');
        const bits = [...value('adjacency_rowmajor')].map(Number);
        const matrix = ops.map((_, s) => bits.slice(s * ops.length, (s + 1) * ops.length));
        const cell = parseCell(JSON.stringify({ matrix, ops }));
        return { cell, hash: value('module_hash'), params: Number(value('params')) };
      });
  };

  (table ? test : test.skip)('has the hashes and the representatives', () => {
    for (const { cell, hash } of rows(10)) {
      expect(moduleHash(cell)).toBe(hash);
      expect(cellOf(representative(graphOf(cell)))).toEqual(cell);
    }
  });

  (table ? test : test.skip)('has the parameters', () => {
    for (const { cell, params } of rows(100)) {
      expect(parameterCount(cellNetwork(cell, { imageShape: [3, 32, 32], classes: 10 }))).toBe(params);
    }
  });
});
