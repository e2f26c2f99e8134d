import type { Data, Dictionary, Table } from 'apache-arrow';
import { ArchitectureIndex } from './architecture-index';
import { coverageOf, type Coverage } from './coverage';
import { TableFormatError } from './errors';
import { FORMAT, METADATA, type TableInfo } from './schema';
import type { SeriesEntry } from './series';

/** What a table file says of itself, without its rows. */
export interface TableHead {
  readonly info: TableInfo;
  readonly series: readonly SeriesEntry[];
  readonly coverage: readonly Coverage[];
  readonly rows: number;
  readonly architectures: ArchitectureIndex;
}

/** @throws TableFormatError when the metadata or the dictionary of architectures do not fit. */
export function readHead(path: string, table: Table, batches: number): TableHead {
  try {
    return checkedHead(path, table, batches);
  } catch (error) {
    throw error instanceof TableFormatError ? error : new TableFormatError(path, 'it is damaged', { cause: error });
  }
}

function checkedHead(path: string, table: Table, batches: number): TableHead {
  const { metadata } = table.schema;
  const format = metadata.get(METADATA.format);
  if (format !== FORMAT) {
    throw new TableFormatError(path, `metadata ${METADATA.format} is ${format ?? 'absent'}, it must be ${FORMAT}`);
  }
  const series = parse<SeriesEntry[]>(path, metadata, METADATA.series);
  if (series.some(({ firstBatch, firstArchitectures }) => firstBatch + firstArchitectures.length > batches)) {
    throw new TableFormatError(path, `metadata ${METADATA.series} names record batches that the file does not have`);
  }
  const architectures = dictionary(path, table);
  if (String(architectures.length) !== metadata.get(METADATA.architectures)) {
    throw new TableFormatError(path, `metadata ${METADATA.architectures} is not the number of architectures`);
  }
  return {
    info: parse<TableInfo>(path, metadata, METADATA.info),
    series,
    coverage: coverageOf(series),
    rows: Number(metadata.get(METADATA.rows)),
    architectures,
  };
}

function parse<T>(path: string, metadata: ReadonlyMap<string, string>, key: string): T {
  try {
    return JSON.parse(metadata.get(key) ?? '') as T;
  } catch (cause) {
    throw new TableFormatError(path, `metadata ${key} is not JSON`, { cause });
  }
}

function dictionary(path: string, table: Table): ArchitectureIndex {
  const column = table.getChild('architecture')?.data[0] as Data<Dictionary> | undefined;
  const data = column?.dictionary?.data[0];
  if (!data) {
    throw new TableFormatError(path, 'it has no architectures');
  }
  // Buffers are padded.
  const offsets = (data.valueOffsets as Int32Array).subarray(0, data.length + 1);
  const bytes = data.values as unknown as Uint8Array;
  const ascending = offsets.every((offset, i) => offset >= (i === 0 ? 0 : offsets[i - 1]));
  if (offsets.length !== data.length + 1 || !ascending || offsets[data.length] > bytes.length) {
    throw new TableFormatError(path, 'the dictionary of architectures is damaged');
  }
  return new ArchitectureIndex({ length: data.length, offsets, bytes });
}
