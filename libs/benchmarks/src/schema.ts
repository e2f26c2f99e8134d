import { Dictionary, Field, Float64, Int32, Int64, Int8, Schema, Uint16, Uint32, Utf8 } from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import { MEASURES, type Measure, type MeasureRule } from './measures';

/**
 * A benchmark table is an Apache Arrow IPC file (uncompressed), one row for each (architecture, data set, training
 * set, epochs, epoch, seed). Columns, in this order:
 *
 * | column | type | |
 * |---|---|---|
 * | `architecture` | dictionary<int32, utf8> | published notation; the dictionary is the table's order |
 * | `dataset` | dictionary<int8, utf8> | |
 * | `training_set` | dictionary<int8, utf8> | `half` or `full` |
 * | `epochs` | uint16 | epochs that the training was planned for |
 * | `epoch` | uint16 | epochs done when the values were measured; equal to `epochs` at the end |
 * | `seed` | int32 | null: the mean over the trainings |
 * | `source_line` | uint32 | line or record of the source file, from 1 |
 * | each of `MEASURES` that the table has | float64, counts int64 | null where missing |
 *
 * Rows come in series: all rows with the same (dataset, training_set, epochs, epoch, seed), architectures ascending.
 * A series is one or more whole record batches of at most `MAX_BATCH_ROWS` rows, so that one of them is read by its
 * offset and nothing else is; a learning curve is one series an epoch. All dictionaries stand before the first record
 * batch. The schema's metadata has the keys of `METADATA`; `gradsign.series` is the index of the series.
 */
export const FORMAT = 'gradsign-benchmark-table/1';

export const MAX_BATCH_ROWS = 65_536;

export const METADATA = {
  format: 'gradsign.format',
  /** JSON: `TableInfo`. */
  info: 'gradsign.info',
  /** JSON: `SeriesEntry[]`. */
  series: 'gradsign.series',
  architectures: 'gradsign.architectures',
  rows: 'gradsign.rows',
  createdBy: 'gradsign.created_by',
} as const;

/** Where a table comes from and what it holds. */
export interface TableInfo {
  /** Name of the benchmark, for instance `nas-bench-201-v1.0`. */
  readonly benchmark: string;
  /** Version of the published benchmark; empty when it has none. */
  readonly version: string;
  readonly description: string;
  /** Name of the search space. */
  readonly space: string;
  readonly source: { readonly file: string; readonly sha256: string };
  readonly importer: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly importTime: string;
}

/** The program that wrote a table, for its metadata. */
export const CREATED_BY = 'gradsign 0.1.0';

const DICTIONARY_IDS = { architecture: 0, dataset: 1, trainingSet: 2 } as const;

export const KEY_TYPES = {
  architecture: new Dictionary(new Utf8(), new Int32(), DICTIONARY_IDS.architecture),
  dataset: new Dictionary(new Utf8(), new Int8(), DICTIONARY_IDS.dataset),
  trainingSet: new Dictionary(new Utf8(), new Int8(), DICTIONARY_IDS.trainingSet),
  epochs: new Uint16(),
  epoch: new Uint16(),
  seed: new Int32(),
  sourceLine: new Uint32(),
} as const;

function measureType(rule: MeasureRule): Int64 | Float64 {
  return rule === 'count' ? new Int64() : new Float64();
}

/** The schema of a table that has these measures. */
export function tableSchema(measures: readonly Measure[], metadata: ReadonlyMap<string, string>): Schema {
  const fields: Field<DataType>[] = [
    new Field('architecture', KEY_TYPES.architecture, false),
    new Field('dataset', KEY_TYPES.dataset, false),
    new Field('training_set', KEY_TYPES.trainingSet, false),
    new Field('epochs', KEY_TYPES.epochs, false),
    new Field('epoch', KEY_TYPES.epoch, false),
    new Field('seed', KEY_TYPES.seed, true),
    new Field('source_line', KEY_TYPES.sourceLine, false),
    ...measures.map((measure) => new Field(MEASURES[measure].column, measureType(MEASURES[measure].rule), true)),
  ];
  return new Schema(fields, new Map(metadata));
}
