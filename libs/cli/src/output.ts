import { table } from '@gradsign/report';

/** A line of output; `Infinity`, `-Infinity` and `NaN` are written as strings. */
export type Row = Readonly<Record<string, unknown>>;

/** Data on stdout: one JSON object a line, or an aligned table at the end. */
export class Output {
  private readonly rows: Row[] = [];

  constructor(
    private readonly format: 'json' | 'table',
    private readonly write: (text: string) => void = (text) => void process.stdout.write(text),
  ) {}

  row(row: Row): void {
    if (this.format === 'json') this.write(`${toJson(row)}\n`);
    else this.rows.push(row);
  }

  /** Writes what is still held back. */
  end(): void {
    if (this.rows.length > 0) this.write(`${table(this.rows.map(flatten))}\n`);
    this.rows.length = 0;
  }
}

/** JSON of a row: bigint as number where it is safe, else as string; numbers that are not finite as strings. */
export function toJson(row: Row): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  });
}

/** One column for each value; what is nested has the names on the way to it, joined by dots. */
function flatten(row: Row): Record<string, string> {
  const entries = Object.entries(row).flatMap(([key, value]): [string, string][] => {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Date) {
      return [[key, cell(value)]];
    }
    return Object.entries(flatten(value as Row)).map(([inner, text]) => [`${key}.${inner}`, text]);
  });
  return Object.fromEntries(entries);
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(cell).join(' ');
  return String(value);
}
