import type { DesignSpace } from './design-space';
import type { Operation } from './operations';

/** States 0 and 1 are a cell's inputs: the output of the cell before the last one, and of the last one. */
export const INPUTS = 2;
/** Every node is the sum of two edges. */
export const EDGES_PER_NODE = 2;

/** An operation on an earlier state of the cell. */
export interface Edge {
  readonly operation: Operation;
  /** A state: 0 or 1, or a node from 2 on. */
  readonly source: number;
}

export interface Cell {
  /** Two edges for each node, nodes in order. */
  readonly edges: readonly Edge[];
  /** States (nodes, from 2 on) whose concatenation is the cell's output. */
  readonly concat: readonly number[];
}

/** A network of an NDS space: a cell that keeps the size, one that halves it, and how wide and deep it is. */
export interface NdsArchitecture {
  readonly normal: Cell;
  readonly reduce: Cell;
  /** Channels of the first cells. */
  readonly width: number;
  /** Number of cells. */
  readonly depth: number;
}

/** The state that an edge of a cell belongs to. */
export function nodeOf(edge: number): number {
  return INPUTS + Math.floor(edge / EDGES_PER_NODE);
}

/** A cell with these edges that concatenates what the space's rule says. */
export function cellOf(space: DesignSpace, edges: readonly Edge[]): Cell {
  const nodes = Array.from({ length: space.nodes }, (_, i) => INPUTS + i);
  const read = new Set(edges.map(({ source }) => source));
  return { edges, concat: space.output === 'all' ? nodes : nodes.filter((node) => !read.has(node)) };
}
