import type { SearchSpace } from '@gradsign/search-spaces';
import { openFileSource } from '../import/file-source';
import { sourceFile, type SourceFile } from '../import/source-file';
import type { ImportSource, ImportUnit, TrainingRecord } from '../import/source';
import { arrowLines, isArrowFile } from './arrow/lines';
import { MappedLines, type TableLine } from './mapped-lines';
import type { CsvMapping } from './mapping';
import { csvRecords } from './records';

const LINES_PER_UNIT = 256;

export interface MappedSourceOptions {
  readonly path: string;
  readonly mapping: CsvMapping;
  /** The mapping's search space. */
  readonly space: SearchSpace;
}

/**
 * A user's own table: a CSV file (gzip or plain), or an Arrow file (Feather), which its first bytes tell apart.
 * A training comes in a record for each line of it, so in several where its epochs stand in several lines.
 * @throws ImportError as `csvSource` and `arrowSource`
 */
export async function mappedSource(options: MappedSourceOptions): Promise<ImportSource> {
  const file = await sourceFile(options.path);
  return (await isArrowFile(file)) ? arrowSource(options) : csvSource(options);
}

/**
 * A CSV file (gzip or plain).
 * @throws ImportError when there is no such file, its first lines cannot be understood, or no line gives a row
 */
export function csvSource(options: MappedSourceOptions): Promise<ImportSource> {
  return opened(options, ({ path }, signal) => csvRecords(path, { signal }));
}

/**
 * An Arrow IPC file (Feather version 2) without compression; columns are found by name, and nulls are missing.
 * @throws ImportError as `csvSource`
 */
export function arrowSource(options: MappedSourceOptions): Promise<ImportSource> {
  return opened(options, (file, signal) => arrowLines(file, options.mapping, signal));
}

type ReadLines = (file: SourceFile, signal?: AbortSignal) => AsyncIterable<TableLine>;

function opened(options: MappedSourceOptions, lines: ReadLines): Promise<ImportSource> {
  const { space, version, description = '' } = options.mapping;
  return openFileSource(options.path, (file) => ({
    space,
    version,
    description,
    notes: {},
    read: (from, signal) => read(options, file, lines(file, signal), from),
    empty: 'it has no lines',
  }));
}

/** Whether a row has been there before depends on all lines before it: those of skipped units are read, too. */
async function* read(
  { mapping, space }: MappedSourceOptions,
  file: SourceFile,
  lines: AsyncIterable<TableLine>,
  from: number,
): AsyncGenerator<ImportUnit> {
  let table: MappedLines | undefined;
  let records: TrainingRecord[] = [];
  let count = 0;
  let unit = 0;
  for await (const line of lines) {
    if (!table) {
      table = new MappedLines(file.name, mapping, space, line);
      continue;
    }
    records.push(...table.read(line));
    if (++count % LINES_PER_UNIT === 0) {
      const done = unitOf(line.doneBytes, records, table);
      records = [];
      if (unit++ >= from) yield done;
    }
  }
  table?.end();
  if (table && count % LINES_PER_UNIT > 0 && unit >= from) yield unitOf(file.bytes, records, table);
}

function unitOf(doneBytes: number, records: readonly TrainingRecord[], table: MappedLines): ImportUnit {
  const findings = table.takeFindings();
  return { doneBytes, records, ...(findings.length > 0 && { findings }) };
}
