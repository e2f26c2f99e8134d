import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import {
  Field,
  Float32,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
  type Data,
  type DataType,
} from 'apache-arrow';
import { parseColumnInfo } from './column-info';
import { columnLabels, ScoreTable, type ScoreColumn } from './score-table';

/** Thrown for a file that is not a score table, or a damaged one. */
export class ScoreTableError extends Error {
  override readonly name = 'ScoreTableError';
  constructor(
    readonly path: string,
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`${path} is not a score table: ${rule}`, options);
  }
}

const FORMAT = 'gradsign-score-table/1';
const FORMAT_KEY = 'gradsign.format';
/** A field's metadata: JSON of the column's settings. */
const INFO_KEY = 'gradsign.column';

/** What is stored of a score, and the suffix of its Arrow column. */
const PARTS = {
  values: { suffix: '', type: new Float64() },
  weights: { suffix: '.weights', type: new Int32() },
  nanCounts: { suffix: '.nan_count', type: new Int32() },
  seconds: { suffix: '.seconds', type: new Float32() },
} as const;
type Part = keyof typeof PARTS;
const PART_NAMES = Object.keys(PARTS) as Part[];
const SHARED = ['weights', 'nanCounts'] as const;

/** A field's metadata: the earlier column whose part of this name is the same, and is not stored twice. */
const sameKey = (part: Part) => `gradsign.same.${part}`;

/**
 * Writes a table as an Apache Arrow IPC file: `architecture` (utf8), and for each column its value (float64, its
 * settings as JSON in the field's metadata), `.weights`, `.nan_count` (int32) and `.seconds` (float32). Weights and
 * NaN counts that equal those of an earlier column are not stored again: the field's metadata names that column
 * (`gradsign.same.weights`, `gradsign.same.nanCounts`). The file appears whole or not at all.
 */
export async function writeScoreTable(path: string, { architectures, columns }: ScoreTable): Promise<void> {
  const labels = columnLabels(columns.map(({ info }) => info));
  const length = architectures.length;
  const fields: Field[] = [new Field('architecture', new Utf8(), false)];
  const children: Data<DataType>[] = [vectorFromArray(architectures, new Utf8()).data[0]];
  columns.forEach((column, i) => {
    const metadata = new Map([[INFO_KEY, JSON.stringify(column.info)]]);
    const same = new Map<Part, number>(
      SHARED.map((part) => [part, columns.findIndex((other) => equal(other[part], column[part]))]),
    );
    for (const [part, first] of same) if (first < i) metadata.set(sameKey(part), labels[first]);
    for (const part of PART_NAMES) {
      if ((same.get(part) ?? i) < i) continue;
      const { suffix, type } = PARTS[part];
      fields.push(new Field(`${labels[i]}${suffix}`, type, false, part === 'values' ? metadata : undefined));
      children.push(makeData({ type, length, nullCount: 0, data: column[part] } as never));
    }
  });
  const schema = new Schema(fields, new Map([[FORMAT_KEY, FORMAT]]));
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  await replaceFile(path, tableToIPC(new Table(new RecordBatch(schema, data)), 'file'));
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  const file = await open(unfinished, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** @throws ScoreTableError naming the file and the rule; the system's error for one that cannot be read. */
export function readScoreTable(path: string): ScoreTable {
  const bytes = readFileSync(path);
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw new ScoreTableError(path, 'it is no Arrow file, or a damaged one', { cause });
  }
  if (table.schema.metadata.get(FORMAT_KEY) !== FORMAT) {
    throw new ScoreTableError(path, `its metadata lacks ${FORMAT_KEY} = ${FORMAT}`);
  }
  try {
    const architectures = [...required(table, 'architecture')] as string[];
    const columns = table.schema.fields
      .filter(({ metadata }) => metadata.has(INFO_KEY))
      .map(({ name, metadata }): ScoreColumn => {
        const part = (of: Part) =>
          required(table, `${metadata.get(sameKey(of)) ?? name}${PARTS[of].suffix}`).toArray() as unknown;
        return {
          info: parseColumnInfo(metadata.get(INFO_KEY)!),
          values: part('values') as Float64Array,
          weights: part('weights') as Int32Array,
          nanCounts: part('nanCounts') as Int32Array,
          seconds: part('seconds') as Float32Array,
        };
      });
    return new ScoreTable(architectures, columns);
  } catch (cause) {
    throw new ScoreTableError(path, (cause as Error).message.split('\n')[0], { cause });
  }
}

function required(table: Table, name: string) {
  const column = table.getChild(name);
  if (!column) throw new Error(`the column "${name}" is missing`);
  return column;
}

function equal(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
