import { open } from 'node:fs/promises';
import { DataType, type Table } from 'apache-arrow';
import { ImportError, TableFormatError } from '../../errors';
import type { SourceFile } from '../../import/source-file';
import { TableFile } from '../../table-file';
import type { TableLine } from '../mapped-lines';
import type { CsvMapping, Dimension } from '../mapping';
import { MAX_ROWS_PER_BYTE, verifyArrowFile } from './verify';

const MAGIC = Buffer.from('ARROW1');
/** Begins each message of a stream. */
const STREAM_MARK = -1;

/**
 * Whether a file begins like an Arrow IPC file.
 * @throws ImportError where it begins like an Arrow stream, whose batches cannot be found without reading them all
 */
export async function isArrowFile({ path, name }: SourceFile): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    if (buffer.readInt32LE() === STREAM_MARK) {
      throw new ImportError({ file: name }, 'it is an Arrow stream: it must be written as an Arrow file (Feather)');
    }
    return buffer.equals(MAGIC);
  } finally {
    await file.close();
  }
}

/**
 * The columns of an Arrow file and then its rows, as texts: of a null the empty one, of a number all its digits. Cells
 * of columns that the mapping does not name are empty. One record batch is in memory at a time.
 * @throws ImportError where the file is not an Arrow file, or a column is neither text nor number
 */
export async function* arrowLines(
  source: SourceFile,
  mapping: CsvMapping,
  signal?: AbortSignal,
): AsyncGenerator<TableLine> {
  const { name, bytes } = source;
  const used = columnsOf(mapping);
  const file = attempt(name, () => {
    verifyArrowFile(source.path, bytes);
    return new TableFile(source.path);
  });
  try {
    const columns = file.head.schema.fields.map((field) => field.name);
    yield { cells: columns, line: 0, doneBytes: 0 };
    for (const { name: column, type } of file.head.schema.fields) {
      if (used.has(column) && !isReadable(type)) {
        throw new ImportError({ file: name, column }, `its type is ${type}: it must be a text, a number or a boolean`);
      }
    }
    let line = 0;
    for (let batch = 0; batch < file.batches; batch++) {
      signal?.throwIfAborted();
      const table = attempt(name, () => file.batch(batch));
      if (line + table.numRows > MAX_ROWS_PER_BYTE * bytes) {
        throw new ImportError({ file: name }, 'it is not a readable Arrow file: it has more rows than bytes can hold');
      }
      const doneBytes = Math.round((bytes * (batch + 1)) / file.batches);
      for (let row = 0; row < table.numRows; row++) {
        const cells = attempt(name, () => columns.map((column, i) => (used.has(column) ? cell(table, i, row) : '')));
        yield { cells, line: ++line, doneBytes };
      }
    }
  } finally {
    file.close();
  }
}

function cell(table: Table, column: number, row: number): string {
  const value: unknown = table.getChildAt(column)?.get(row);
  return value === null || value === undefined ? '' : String(value);
}

function isReadable(type: DataType): boolean {
  const { isUtf8, isLargeUtf8, isUtf8View, isInt, isFloat, isBool, isNull } = DataType;
  const plain = DataType.isDictionary(type) ? type.dictionary : type;
  return [isUtf8, isLargeUtf8, isUtf8View, isInt, isFloat, isBool, isNull].some((is) => is(plain));
}

/** The columns that a mapping names. */
function columnsOf({ architecture, evaluations }: CsvMapping): Set<string> {
  const dimension = (value: Dimension<unknown>) =>
    typeof value === 'object' && value !== null ? [(value as { column: string }).column] : [];
  return new Set([
    architecture,
    ...evaluations.flatMap(({ measures, ...dimensions }) => [
      ...Object.values(dimensions).flatMap(dimension),
      ...Object.values(measures).map(({ column }) => column),
    ]),
  ]);
}

/** Whatever the library throws on damaged bytes, as an ImportError. */
function attempt<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof TableFormatError ? (error.cause ?? error) : error;
    const rule = /codec not found/.test((reason as Error).message)
      ? "it is compressed: write it without (in Python: compression='uncompressed')"
      : 'it is not a readable Arrow file: it is damaged or cut short';
    throw new ImportError({ file }, rule, { cause: error });
  }
}
