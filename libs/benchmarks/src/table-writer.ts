import { open } from 'node:fs/promises';
import { Float64, Int64, makeData, RecordBatch, RecordBatchFileWriter, Struct, vectorFromArray } from 'apache-arrow';
import type { Data, DataType, Dictionary, Schema, Vector } from 'apache-arrow';
import { MEASURE_NAMES, MEASURES, type Measure } from './measures';
import { CREATED_BY, FORMAT, KEY_TYPES, MAX_BATCH_ROWS, METADATA, tableSchema } from './schema';
import type { TableInfo } from './schema';
import { indexSeries } from './series-index';
import { compareSeries, type SeriesData } from './series';

/** A whole table in memory, ready to be written. */
export interface TableContents {
  readonly info: TableInfo;
  /** In table order, each once. */
  readonly architectures: readonly string[];
  /** Each key once, in any order. */
  readonly series: readonly SeriesData[];
}

/** Writes a table to a new file and waits until it is on the disk. */
export async function writeTable(path: string, contents: TableContents): Promise<void> {
  const file = await open(path, 'wx');
  try {
    const series = contents.series.toSorted((a, b) => compareSeries(a.key, b.key));
    const writer = RecordBatchFileWriter.writeAll(recordBatches(contents, series));
    for await (const chunk of writer) {
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function* recordBatches(contents: TableContents, series: readonly SeriesData[]): Generator<RecordBatch> {
  const measures = MEASURE_NAMES.filter((measure) => series.some(({ values }) => hasValue(values[measure])));
  const schema = tableSchema(measures, metadata(contents, series));
  const dictionaries = {
    architecture: vectorFromArray(contents.architectures, KEY_TYPES.architecture.dictionary),
    dataset: vectorFromArray(distinct(series.map(({ key }) => key.dataset)), KEY_TYPES.dataset.dictionary),
    trainingSet: vectorFromArray(['half', 'full'], KEY_TYPES.trainingSet.dictionary),
  };
  for (const data of series) {
    for (let from = 0; from < data.architectures.length; from += MAX_BATCH_ROWS) {
      yield recordBatch(schema, dictionaries, measures, slice(data, from, from + MAX_BATCH_ROWS));
    }
  }
}

function metadata(contents: TableContents, series: readonly SeriesData[]): Map<string, string> {
  const rows = series.reduce((sum, { architectures }) => sum + architectures.length, 0);
  return new Map([
    [METADATA.format, FORMAT],
    [METADATA.info, JSON.stringify(contents.info)],
    [METADATA.series, JSON.stringify(indexSeries(series))],
    [METADATA.architectures, String(contents.architectures.length)],
    [METADATA.rows, String(rows)],
    [METADATA.createdBy, CREATED_BY],
  ]);
}

interface Dictionaries {
  readonly architecture: Vector;
  readonly dataset: Vector;
  readonly trainingSet: Vector;
}

function recordBatch(
  schema: Schema,
  dictionaries: Dictionaries,
  measures: readonly Measure[],
  data: SeriesData,
): RecordBatch {
  const { key } = data;
  const length = data.architectures.length;
  const dataset = dictionaries.dataset.indexOf(key.dataset);
  const trainingSet = dictionaries.trainingSet.indexOf(key.trainingSet);
  const children: Data[] = [
    dictionaryData(KEY_TYPES.architecture, data.architectures, dictionaries.architecture),
    dictionaryData(KEY_TYPES.dataset, new Int8Array(length).fill(dataset), dictionaries.dataset),
    dictionaryData(KEY_TYPES.trainingSet, new Int8Array(length).fill(trainingSet), dictionaries.trainingSet),
    makeData({ type: KEY_TYPES.epochs, length, data: new Uint16Array(length).fill(key.epochs) }),
    makeData({ type: KEY_TYPES.epoch, length, data: new Uint16Array(length).fill(key.epoch) }),
    seedData(key.seed, length),
    makeData({ type: KEY_TYPES.sourceLine, length, data: data.sourceLines }),
    ...measures.map((measure) => measureData(measure, data.values[measure], length)),
  ];
  const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new RecordBatch(schema, struct);
}

function dictionaryData(type: Dictionary, data: Int32Array | Int8Array, dictionary: Vector): Data {
  return makeData({ type, length: data.length, nullCount: 0, data, dictionary });
}

function seedData(seed: SeriesData['key']['seed'], length: number): Data<DataType> {
  const type = KEY_TYPES.seed;
  return seed === 'mean'
    ? makeData({
        type,
        length,
        nullCount: length,
        nullBitmap: new Uint8Array((length + 7) >> 3),
        data: new Int32Array(length),
      })
    : makeData({ type, length, nullCount: 0, data: new Int32Array(length).fill(seed) });
}

function measureData(measure: Measure, values: Float64Array | undefined, length: number): Data {
  const nullBitmap = new Uint8Array((length + 7) >> 3);
  const data = new Float64Array(length);
  let nullCount = length;
  for (let row = 0; values && row < length; row++) {
    if (!Number.isNaN(values[row])) {
      data[row] = values[row];
      nullBitmap[row >> 3] |= 1 << (row & 7);
      nullCount--;
    }
  }
  const common = { length, nullCount, nullBitmap };
  return MEASURES[measure].rule === 'count'
    ? makeData({ type: new Int64(), ...common, data: BigInt64Array.from(data, BigInt) })
    : makeData({ type: new Float64(), ...common, data });
}

function slice(data: SeriesData, from: number, to: number): SeriesData {
  const values = Object.entries(data.values).map(([measure, column]) => [measure, column.subarray(from, to)]);
  return {
    ...data,
    architectures: data.architectures.subarray(from, to),
    sourceLines: data.sourceLines.subarray(from, to),
    values: Object.fromEntries(values) as SeriesData['values'],
  };
}

function hasValue(values: Float64Array | undefined): boolean {
  return values?.some((value) => !Number.isNaN(value)) ?? false;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
