import { SIZE, cellAt, enumerateCells } from './enumeration';
import { edgeCount, graphOf, prune } from './graph';
import { keyOf, representative } from './representative';

describe('NAS-Bench-101 enumeration', () => {
  test('has exactly the 423,624 classes, each once and in order', () => {
    const byVertices = new Array<number>(8).fill(0);
    let previous = -1;
    for (const cell of enumerateCells()) {
      const key = keyOf(graphOf(cell));
      if (key <= previous) throw new Error(`${JSON.stringify(cell)} follows a cell with a larger key`);
      previous = key;
      byVertices[cell.ops.length]++;
    }
    expect(byVertices.reduce((a, b) => a + b)).toBe(423_624);
    expect(SIZE).toBe(423_624);
    // By hand: the direct edge; one vertex with three operations, with or without the direct edge.
    expect(byVertices.slice(2, 4)).toEqual([1, 6]);
    expect(byVertices.slice(4)).toEqual([84, 2441, 62_010, 359_082]);
  });

  test('its cells are the representatives of their classes, without unused vertices', () => {
    for (let index = 0; index < SIZE; index += 997) {
      const graph = graphOf(cellAt(index));
      expect(prune(graph)).toEqual(graph);
      expect(representative(graph)).toEqual(graph);
      expect(edgeCount(graph)).toBeLessThanOrEqual(9);
    }
  });

  test('the cell at an index is the one that the enumeration gives', () => {
    let index = 0;
    for (const cell of enumerateCells()) {
      if (index % 1009 === 0 || index === SIZE - 1) expect(cellAt(index)).toEqual(cell);
      index++;
    }
  });
});
