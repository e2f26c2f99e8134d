import type { CategoricalEncoding, SearchSpace } from '../search-space';
import { EDGES, OPERATIONS, type NasBench201Cell } from './architecture';
import { functionalString, publishedString } from './canonical';
import { SIZE, enumerateCells } from './enumeration';
import { cellNetwork } from './network';
import { liveForm } from './live-form';
import { NAME, formatCell, parseCell } from './notation';
import { mutateCell, neighbourCells, sampleCell } from './variation';

export { OPERATIONS as NAS_BENCH_201_OPERATIONS, type NasBench201Cell } from './architecture';

const encoding: CategoricalEncoding<NasBench201Cell> = {
  choices: EDGES.map(({ source, target }) => ({ name: `${source}→${target}`, options: OPERATIONS })),
  encode: (cell) => cell.map((op) => OPERATIONS.indexOf(op)),
  decode(indices) {
    if (indices.length !== EDGES.length || indices.some((index) => !(index in OPERATIONS))) {
      throw new RangeError(
        `[${indices.join()}] is not a ${NAME} cell: it must be ${EDGES.length} indices in 0…${OPERATIONS.length - 1}`,
      );
    }
    return indices.map((index) => OPERATIONS[index]);
  },
};

const canonicalStrings: Readonly<Record<string, (cell: NasBench201Cell) => string>> = {
  string: publishedString,
  functional: functionalString,
  live: (cell) => formatCell(liveForm(cell)),
};
const canonicalForms = Object.keys(canonicalStrings);

/** Topology space of NAS-Bench-201 and NATS-Bench: 15,625 cells of four nodes. */
export const nasBench201: SearchSpace<NasBench201Cell> = {
  name: NAME,
  parse: parseCell,
  format: formatCell,
  sample: sampleCell,
  mutate: mutateCell,
  neighbours: neighbourCells,
  size: SIZE,
  enumerate: enumerateCells,
  encoding,
  canonicalForms,
  canonical(cell, form) {
    if (!canonicalForms.includes(form)) {
      throw new RangeError(`canonical form ${JSON.stringify(form)} is unknown: one of ${canonicalForms.join(', ')}`);
    }
    return canonicalStrings[form](cell);
  },
  network: cellNetwork,
};
