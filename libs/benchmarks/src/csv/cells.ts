import { ImportError } from '../errors';
import { brokenRule, MEASURES, type Measure } from '../measures';
import type { FindingSink } from './report';

/** The columns of a table by name. */
export class Header {
  /** @param line where they are named; absent where that is no line */
  constructor(
    readonly file: string,
    private readonly columns: readonly string[],
    private readonly line?: number,
  ) {}

  /** @throws ImportError when there is no such column, or more than one */
  indexOf(column: string): number {
    const index = this.columns.indexOf(column);
    if (index < 0) {
      const rule = `the header does not have this column: it has ${this.columns.join(', ').slice(0, 500)}`;
      throw new ImportError({ file: this.file, line: this.line, column }, rule);
    }
    if (this.columns.indexOf(column, index + 1) >= 0) {
      throw new ImportError({ file: this.file, line: this.line, column }, 'the header has this column twice');
    }
    return index;
  }
}

/** One cell with its place, for errors and findings. */
export interface Cell {
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly value: string;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MISSING = /^(nan|null|na)?$/i;

/**
 * The number in a cell, or NaN with a finding when there is none.
 * @throws ImportError when the cell holds something else
 */
export function cellNumber(cell: Cell, findings: FindingSink): number {
  const text = cell.value.trim();
  if (NUMBER.test(text)) {
    return Number(text);
  }
  if (!MISSING.test(text)) {
    throw new ImportError(cell, 'it must be a number, or empty where the value is missing');
  }
  findings.add('missingCells', { ...cell, rule: 'the value is missing' });
  return NaN;
}

/**
 * The value that a measure takes, or NaN with a finding when it is an accuracy that cannot be.
 * @throws ImportError when it breaks another rule
 */
export function measured(measure: Measure, value: number, cell: Cell, findings: FindingSink): number {
  const broken = Number.isNaN(value) ? undefined : brokenRule(MEASURES[measure].rule, value);
  if (broken === undefined) {
    return value;
  }
  if (MEASURES[measure].rule !== 'percent') {
    throw new ImportError(cell, `as ${measure}, ${broken}`);
  }
  findings.add('accuraciesOutOfRange', { ...cell, rule: broken });
  return NaN;
}
