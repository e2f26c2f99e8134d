import { OPERATIONS } from './architecture';
import { reorder, topologicalOrders, type Graph } from './graph';

/**
 * The edges as one number: bit x + y(y−1)/2 is the edge x → y. The published generator counts graphs by it.
 * @param graph its vertices in topological order
 */
export function edgeBits({ sources }: Graph): number {
  return sources.reduce((bits, set, target) => bits | (set << ((target * (target - 1)) / 2)), 0);
}

/** The operations as one number, the first vertex most significant. */
export function labelNumber(labels: readonly number[]): number {
  return labels.reduce((number, label) => number * OPERATIONS.length + label, 0);
}

/**
 * The member of the graph's isomorphism class that the benchmark's files contain: the one that the published generator
 * meets first, so with the smallest edge bits, and among those with the smallest label number.
 * @param graph without unused vertices
 */
export function representative(graph: Graph): Graph {
  const members = topologicalOrders(graph.sources).map((order) => reorder(graph, order));
  return members.reduce((best, member) => (keyOf(member) < keyOf(best) ? member : best));
}

/** Differs between the representatives of different classes. */
export function keyOf(graph: Graph): number {
  const labelings = OPERATIONS.length ** graph.labels.length;
  return edgeBits(graph) * labelings + labelNumber(graph.labels);
}
