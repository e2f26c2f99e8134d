import type { SearchSpace } from '../search-space';
import { NAME, type NasBench101Cell } from './architecture';
import { SIZE, enumerateCells } from './enumeration';
import { moduleHash } from './hash';
import { cellNetwork } from './network';
import { formatCell, parseCell } from './notation';
import { mutateCell, neighbourCells, sampleCell } from './variation';

export type { NasBench101Cell } from './architecture';

/**
 * NAS-Bench-101: 423,624 isomorphism classes of cells. `sample`, `mutate`, `neighbours` and `enumerate` give a class
 * as the cell that the benchmark's files contain, so with the same text and the same costs; `parse` leaves vertices
 * where they are.
 */
export const nasBench101: SearchSpace<NasBench101Cell> = {
  name: NAME,
  parse: parseCell,
  format: formatCell,
  sample: sampleCell,
  mutate: mutateCell,
  neighbours: neighbourCells,
  size: SIZE,
  enumerate: enumerateCells,
  canonicalForms: ['hash'],
  canonical(cell, form) {
    if (form !== 'hash') {
      throw new RangeError(`canonical form ${JSON.stringify(form)} is unknown: one of hash`);
    }
    return moduleHash(cell);
  },
  network: cellNetwork,
};
