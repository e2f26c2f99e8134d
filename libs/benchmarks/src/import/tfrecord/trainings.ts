import { nasBench101 } from '@gradsign/search-spaces';
import type { DrawnCell } from './drawn-cell';

/** Numbers of epochs that each cell was trained for. */
export const EPOCHS = [4, 12, 36, 108] as const;
/** Trainings of each cell for each number of epochs. */
export const REPEATS = 3;

const PER_CELL = EPOCHS.length * REPEATS;
/** Cells whose hash is always checked: the first of a file. */
const CHECKED_FIRST = 1000;
/** Of the others, one in so many: the hash of a cell takes as long as reading all its records. */
const CHECKED_EVERY = 64;

export interface CellRecord extends DrawnCell {
  readonly hash: string;
  readonly epochs: (typeof EPOCHS)[number];
  /** Number of weights; NaN where the record does not say. */
  readonly params: number;
  /** Not 0; equal for equal records, different for others. */
  readonly fingerprint: number;
  /** Place in the file, from 1. */
  readonly number: number;
}

/** `seed`: this is the training of that number. `duplicate`: it is none, for the reason given. `broken`: a rule. */
export type Accepted = { readonly seed: number } | { readonly duplicate: string } | { readonly broken: string };

/**
 * The trainings that a file had so far: at most 423,624 cells, each with 12 trainings, in about 100 bytes a cell and
 * its hash. Records of a cell may be anywhere in the file.
 */
export class Trainings {
  private readonly cells = new Map<string, number>();
  private keys = new Uint32Array(1024);
  private params = new Float64Array(1024);
  private firstRecords = new Uint32Array(1024);
  /** Fingerprints of the trainings in order of appearance, `REPEATS` for each of `EPOCHS`; 0 where there is none. */
  private fingerprints = new Float64Array(1024 * PER_CELL);
  private lastHash = '';
  private lastCell = 0;

  /** Takes the next record of the file. */
  accept(record: CellRecord): Accepted {
    const cell = this.find(record);
    if (typeof cell === 'string') return { broken: cell };
    const first = cell * PER_CELL + EPOCHS.indexOf(record.epochs) * REPEATS;
    for (let seed = 0; seed < REPEATS; seed++) {
      const known = this.fingerprints[first + seed];
      if (known === 0) {
        this.fingerprints[first + seed] = record.fingerprint;
        return { seed };
      }
      if (known === record.fingerprint) {
        return {
          duplicate: `an earlier record, training ${seed} of this cell over ${record.epochs} epochs, is the same`,
        };
      }
    }
    return { duplicate: `${REPEATS} trainings of this cell over ${record.epochs} epochs are there already` };
  }

  /** The number of the record's cell, or the rule that the record breaks. */
  private find(record: CellRecord): number | string {
    if (record.hash !== this.lastHash) {
      const known = this.cells.get(record.hash) ?? this.add(record);
      if (typeof known === 'string') return known;
      this.lastHash = record.hash;
      this.lastCell = known;
    }
    const cell = this.lastCell;
    if (this.keys[cell] !== record.key) {
      return `record ${this.firstRecords[cell]} has another cell with this hash`;
    }
    if (!Object.is(this.params[cell], record.params)) {
      const earlier = `in record ${this.firstRecords[cell]} of this cell it is ${this.params[cell]}`;
      return `trainable_parameters is ${record.params}, but ${earlier}`;
    }
    return cell;
  }

  private add({ hash, key, text, params, number }: CellRecord): number | string {
    const cell = this.cells.size;
    if (cell === nasBench101.size) {
      return `the file has more than the ${nasBench101.size} cells of the space`;
    }
    if (cell < CHECKED_FIRST || cell % CHECKED_EVERY === 0) {
      const expected = nasBench101.canonical(nasBench101.parse(text), 'hash');
      if (hash !== expected) return `the module hash is ${hash}, but the cell's is ${expected}`;
    }
    if (cell === this.keys.length) this.grow();
    this.cells.set(hash, cell);
    this.keys[cell] = key;
    this.params[cell] = params;
    this.firstRecords[cell] = number;
    return cell;
  }

  private grow(): void {
    const doubled = <T extends { set(values: T): void }>(values: T, empty: T): T => {
      empty.set(values);
      return empty;
    };
    const length = 2 * this.keys.length;
    this.keys = doubled(this.keys, new Uint32Array(length));
    this.params = doubled(this.params, new Float64Array(length));
    this.firstRecords = doubled(this.firstRecords, new Uint32Array(length));
    this.fingerprints = doubled(this.fingerprints, new Float64Array(length * PER_CELL));
  }
}
