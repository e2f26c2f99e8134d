import type { Random } from '@gradsign/random';
import type { MutationOperator } from '../search-space';
import { EDGES, NODES, OPERATIONS, incomingEdges, type NasBench201Cell, type Operation } from './architecture';

/** Uniform over the 15,625 cells. */
export function sampleCell(random: Random): NasBench201Cell {
  return EDGES.map(() => random.pick(OPERATIONS));
}

/**
 * Gives one edge another operation, uniform over the four others.
 * `uniform` picks each edge with probability 1/6. `published` picks one of the nodes 1, 2, 3 and then one of its
 * incoming edges, as the published searches do: probabilities 1/3, 1/6 (twice), 1/9 (three times).
 */
export function mutateCell(cell: NasBench201Cell, random: Random, operator: MutationOperator): NasBench201Cell {
  const edge =
    operator === 'published' ? random.pick(incomingEdges(1 + random.int(NODES - 1))) : random.int(EDGES.length);
  return cell.with(edge, random.pick(others(cell[edge])));
}

/** The 24 cells that differ in one edge: by edge, then by operation. */
export function neighbourCells(cell: NasBench201Cell): NasBench201Cell[] {
  return cell.flatMap((current, edge) => others(current).map((op) => cell.with(edge, op)));
}

function others(current: Operation): Operation[] {
  return OPERATIONS.filter((op) => op !== current);
}
