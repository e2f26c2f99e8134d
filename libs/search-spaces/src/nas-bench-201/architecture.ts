/** Candidate operations of an edge, in the order of the published search space. */
export const OPERATIONS = ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3'] as const;

export type Operation = (typeof OPERATIONS)[number];

/** Number of nodes of a cell; node 0 is its input, node 3 its output. */
export const NODES = 4;

/** The edges of a cell in the notation's order: by target, then by source. */
export const EDGES: readonly { readonly source: number; readonly target: number }[] = [
  { source: 0, target: 1 },
  { source: 0, target: 2 },
  { source: 1, target: 2 },
  { source: 0, target: 3 },
  { source: 1, target: 3 },
  { source: 2, target: 3 },
];

/** A NAS-Bench-201 cell: the operation of each edge, in the order of `EDGES`. */
export type NasBench201Cell = readonly Operation[];

/** Edges that end in `target`, as indices into `EDGES`: ½·target·(target−1) of them come before. */
export function incomingEdges(target: number): number[] {
  const first = (target * (target - 1)) / 2;
  return Array.from({ length: target }, (_, source) => first + source);
}
