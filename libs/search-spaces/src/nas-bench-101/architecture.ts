/** Name of the space in requests and errors. */
export const NAME = 'nas-bench-101';

/** Operations of a cell's interior vertices, in the order of the published labels 0, 1, 2. */
export const OPERATIONS = ['conv3x3-bn-relu', 'conv1x1-bn-relu', 'maxpool3x3'] as const;

export type Operation = (typeof OPERATIONS)[number];

/** What the first and the last vertex are called. */
export const INPUT = 'input';
export const OUTPUT = 'output';

/** Most vertices of a cell, input and output among them. */
export const MAX_VERTICES = 7;
/** Most edges of a cell, those of unused vertices not counted. */
export const MAX_EDGES = 9;

/**
 * A NAS-Bench-101 cell: a directed graph from its first vertex to its last. Vertices that are on no path between them
 * may be written, but are no part of the network.
 */
export interface NasBench101Cell {
  /** 0 or 1 at [source][target]; upper triangular. */
  readonly matrix: readonly (readonly number[])[];
  /** One a vertex: `input`, operations, `output`. */
  readonly ops: readonly string[];
}
