import { EDGES, OPERATIONS, type NasBench201Cell } from './architecture';
import { MersenneTwister } from './mersenne-twister';

/** Number of cells: five operations on six edges. */
export const SIZE = OPERATIONS.length ** EDGES.length;

/** Seed of the shuffle in the benchmark's published code. */
const PUBLISHED_SEED = 88;

/** All cells in the published order, whose index names an architecture in the benchmark's files. */
export function* enumerateCells(): Generator<NasBench201Cell> {
  const order = Array.from({ length: SIZE }, (_, index) => index);
  for (const index of new MersenneTwister(PUBLISHED_SEED).shuffle(order)) {
    yield cellAt(index);
  }
}

/** The cell whose operations are the base-5 digits of `index`, first edge most significant. */
function cellAt(index: number): NasBench201Cell {
  return EDGES.map((_, edge) => {
    const place = OPERATIONS.length ** (EDGES.length - 1 - edge);
    return OPERATIONS[Math.floor(index / place) % OPERATIONS.length];
  });
}
