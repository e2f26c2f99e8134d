import { INPUT, OPERATIONS, OUTPUT, type NasBench101Cell } from './architecture';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { clz32 } = Math;

/**
 * A cell as the algorithms work on it: vertex 0 is the input, the last one the output. The other vertices may be in
 * any order.
 */
export interface Graph {
  /** The sources of each vertex's incoming edges, as a set of bits. */
  readonly sources: readonly number[];
  /** The operation of each interior vertex, vertex 1 first, as an index into `OPERATIONS`. */
  readonly labels: readonly number[];
}

/** The cell's graph, unused vertices included. */
export function graphOf({ matrix, ops }: NasBench101Cell): Graph {
  return {
    sources: matrix.map((_, target) => bitSet(matrix.flatMap((row, source) => (row[target] ? [source] : [])))),
    labels: ops.slice(1, -1).map((op) => OPERATIONS.findIndex((operation) => operation === op)),
  };
}

/** @param graph its vertices in topological order */
export function cellOf({ sources, labels }: Graph): NasBench101Cell {
  return {
    matrix: sources.map((_, source) => sources.map((set) => (set >> source) & 1)),
    ops: [INPUT, ...labels.map((label) => OPERATIONS[label]), OUTPUT],
  };
}

/** Number of edges. */
export function edgeCount({ sources }: Graph): number {
  return sources.reduce((sum, set) => sum + elements(set).length, 0);
}

/** Without the vertices that are on no path from input to output; undefined where there is no such path. */
export function prune({ sources, labels }: Graph): Graph | undefined {
  const output = sources.length - 1;
  const targets = sources.map((_, source) => bitSet(vertices(sources).filter((v) => (sources[v] >> source) & 1)));
  const used = reachable(0, targets) & reachable(output, sources);
  if (!(used & 1)) {
    return undefined;
  }
  const kept = elements(used);
  return {
    sources: kept.map((v) => bitSet(kept.flatMap((source, i) => ((sources[v] >> source) & 1 ? [i] : [])))),
    labels: kept.slice(1, -1).map((v) => labels[v - 1]),
  };
}

/** The vertices that `start` leads to along `next`, itself included. */
export function reachable(start: number, next: readonly number[]): number {
  let found = 1 << start;
  for (let previous = 0; previous !== found;) {
    previous = found;
    for (const vertex of elements(found)) {
      found |= next[vertex];
    }
  }
  return found;
}

/** The graph with `order[i]` as its vertex i. */
export function reorder({ sources, labels }: Graph, order: readonly number[]): Graph {
  return {
    sources: order.map((vertex) => bitSet(elements(sources[vertex]).map((source) => order.indexOf(source)))),
    labels: order.slice(1, -1).map((vertex) => labels[vertex - 1]),
  };
}

/** Every order of the vertices in which all edges lead forward, the input first and the output last. */
export function topologicalOrders(sources: readonly number[]): number[][] {
  const interior = vertices(sources).slice(1, -1);
  const extend = (order: number[], placed: number): number[][] =>
    order.length === sources.length - 1
      ? [[...order, sources.length - 1]]
      : interior
          .filter((v) => !((placed >> v) & 1) && !(sources[v] & ~placed))
          .flatMap((v) => extend([...order, v], placed | (1 << v)));
  return extend([0], 1);
}

/** The members of a set of bits, ascending. */
export function elements(set: number): number[] {
  const result = [];
  for (let rest = set; rest !== 0; rest &= rest - 1) {
    result.push(31 - clz32(rest & -rest));
  }
  return result;
}

function bitSet(members: readonly number[]): number {
  return members.reduce((set, member) => set | (1 << member), 0);
}

function vertices(sources: readonly number[]): number[] {
  return sources.map((_, vertex) => vertex);
}
