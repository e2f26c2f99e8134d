import type { Random } from '@gradsign/random';
import type { MutationOperator } from '../search-space';
import { EDGES_PER_NODE, cellOf, nodeOf, type Cell, type Edge, type NdsArchitecture } from './architecture';
import { DEPTHS, WIDTHS, type DesignSpace } from './design-space';

const CELLS = ['normal', 'reduce'] as const;

/**
 * As the published networks were drawn: each edge has an operation and an earlier state, both uniform and independent
 * of all else (the two edges of a node may be equal); width and depth are uniform over the published ones.
 */
export function sampleNds(space: DesignSpace, random: Random): NdsArchitecture {
  const cell = () => {
    const edges = Array.from({ length: EDGES_PER_NODE * space.nodes }, (_, edge) => ({
      operation: random.pick(space.operations),
      source: random.int(nodeOf(edge)),
    }));
    return cellOf(space, edges);
  };
  return { normal: cell(), reduce: cell(), width: random.pick(WIDTHS), depth: random.pick(DEPTHS) };
}

/**
 * `published` is the mutation of Real et al. 2019: one of the two cells, one of its edges, and then, with equal
 * probability, another operation or another source, uniform over the others; width and depth stay. `uniform` is any
 * of the neighbours. The cell that changes concatenates what its space's rule says.
 */
export function mutateNds(
  space: DesignSpace,
  architecture: NdsArchitecture,
  random: Random,
  operator: MutationOperator,
): NdsArchitecture {
  if (operator === 'uniform') return random.pick(neighbourNds(space, architecture));
  const name = random.pick(CELLS);
  const edge = random.int(architecture[name].edges.length);
  const others = random.pick([otherOperations, otherSources])(space, architecture[name], edge);
  return { ...architecture, [name]: withEdge(space, architecture[name], edge, random.pick(others)) };
}

/** Every architecture that differs in an operation, a source, the width or the depth, in this order. */
export function neighbourNds(space: DesignSpace, architecture: NdsArchitecture): NdsArchitecture[] {
  const cells = CELLS.flatMap((name) => {
    const cell = architecture[name];
    const changes = (others: typeof otherOperations) =>
      cell.edges.flatMap((_, edge) => others(space, cell, edge).map((other) => withEdge(space, cell, edge, other)));
    return [otherOperations, otherSources].flatMap(changes).map((changed) => ({ ...architecture, [name]: changed }));
  });
  const widths = WIDTHS.filter((width) => width !== architecture.width);
  const depths = DEPTHS.filter((depth) => depth !== architecture.depth);
  return [
    ...cells,
    ...widths.map((width) => ({ ...architecture, width })),
    ...depths.map((depth) => ({ ...architecture, depth })),
  ];
}

function otherOperations({ operations }: DesignSpace, cell: Cell, edge: number): Edge[] {
  const { operation: current, source } = cell.edges[edge];
  return operations.filter((operation) => operation !== current).map((operation) => ({ operation, source }));
}

function otherSources(_: DesignSpace, cell: Cell, edge: number): Edge[] {
  const { operation, source: current } = cell.edges[edge];
  const sources = Array.from({ length: nodeOf(edge) }, (__, source) => source);
  return sources.filter((source) => source !== current).map((source) => ({ operation, source }));
}

function withEdge(space: DesignSpace, cell: Cell, edge: number, replacement: Edge): Cell {
  return cellOf(space, cell.edges.with(edge, replacement));
}
