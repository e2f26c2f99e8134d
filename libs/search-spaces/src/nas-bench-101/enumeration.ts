import { MAX_EDGES, MAX_VERTICES, OPERATIONS, type NasBench101Cell } from './architecture';
import { cellOf, elements, reorder, topologicalOrders, type Graph } from './graph';
import { edgeBits, labelNumber } from './representative';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { floor } = Math;

/** Number of isomorphism classes of cells. */
export const SIZE = 423_624;

/** All classes with the same edges. */
interface Shape {
  readonly sources: readonly number[];
  /** Number of classes of the shapes before this one. */
  readonly first: number;
  /** The orders of the vertices, except for the given one, that change no edge. */
  readonly automorphisms: readonly (readonly number[])[];
}

/**
 * The representatives of all classes, in the order of the published generator: by number of vertices, edge bits,
 * label number.
 */
export function* enumerateCells(): Generator<NasBench101Cell> {
  for (const shape of shapes()) {
    for (const labels of labelings(shape)) {
      yield cellOf({ sources: shape.sources, labels });
    }
  }
}

/**
 * The representative of the class `index` ∈ [0, 423,624) of the enumeration. It needs no list of the classes: only
 * the 2,494 shapes are kept, which take a fraction of a second on first use; the labels of one are at most 243.
 */
export function cellAt(index: number): NasBench101Cell {
  const all = shapes();
  let [low, high] = [0, all.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    [low, high] = all[middle].first <= index ? [middle, high] : [low, middle];
  }
  return cellOf({ sources: all[low].sources, labels: labelings(all[low])[index - all[low].first] });
}

let known: readonly Shape[] | undefined;

function shapes(): readonly Shape[] {
  known ??= findShapes();
  return known;
}

function findShapes(): Shape[] {
  const found: Shape[] = [];
  let first = 0;
  for (let vertices = 2; vertices <= MAX_VERTICES; vertices++) {
    for (const sources of fullGraphs(vertices)) {
      const automorphisms = automorphismsOfSmallest(sources);
      if (automorphisms) {
        const shape = { sources, first, automorphisms };
        found.push(shape);
        first += labelings(shape).length;
      }
    }
  }
  return found;
}

/** Sources of all graphs without unused vertices and with at most 9 edges, by edge bits. */
function* fullGraphs(vertices: number): Generator<number[]> {
  const sources = new Array<number>(vertices).fill(0);
  /** @param fed the vertices that have an outgoing edge */
  function* choose(target: number, edges: number, fed: number): Generator<number[]> {
    if (target === 0) {
      yield [...sources];
      return;
    }
    // A vertex without a target is unused, and so is one without a source: all earlier ones have to be fed yet.
    for (let set = 1; set < 1 << target; set++) {
      const total = edges + elements(set).length;
      const next = fed | set;
      if (total + target - 1 <= MAX_EDGES && (next >> (target - 1)) & 1) {
        sources[target] = set;
        yield* choose(target - 1, total, next);
      }
    }
  }
  // The columns are the digits of the edge bits; the output's is the most significant.
  yield* choose(vertices - 1, 0, 0);
}

/** The graph's automorphisms if no other order of its vertices has smaller edge bits. */
function automorphismsOfSmallest(sources: readonly number[]): number[][] | undefined {
  const graph: Graph = { sources, labels: [] };
  const bits = edgeBits(graph);
  const automorphisms = [];
  for (const order of topologicalOrders(sources)) {
    const other = edgeBits(reorder(graph, order));
    if (other < bits) {
      return undefined;
    }
    if (other === bits && order.some((vertex, i) => vertex !== i)) {
      automorphisms.push(order);
    }
  }
  return automorphisms;
}

/** The labels of the shape's classes: those whose number no automorphism makes smaller. */
function labelings({ sources, automorphisms }: Shape): readonly number[][] {
  const all = allLabelings(sources.length - 2);
  return automorphisms.length === 0
    ? all
    : all.filter((labels, number) =>
        automorphisms.every((order) => labelNumber(reorder({ sources, labels }, order).labels) >= number),
      );
}

const knownLabelings: number[][][] = [];

/** By label number. */
function allLabelings(vertices: number): readonly number[][] {
  return (knownLabelings[vertices] ??= Array.from({ length: OPERATIONS.length ** vertices }, (_, number) =>
    Array.from({ length: vertices }, (__, v) => digit(number, vertices - 1 - v)),
  ));
}

function digit(number: number, place: number): number {
  return floor(number / OPERATIONS.length ** place) % OPERATIONS.length;
}
