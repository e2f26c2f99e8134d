import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { ImportError } from '../errors';

/** Longest line, in bytes: what has no line breaks for longer is not a table. */
const MAX_RECORD_BYTES = 2 ** 20;
const GZIP_MAGIC = Buffer.of(0x1f, 0x8b);

export interface CsvProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly lines: number;
}

export interface ReadCsvOptions {
  /** Gzip is recognised by the file's first bytes. */
  readonly path: string;
  /** Called with the header before the first record. */
  readonly onHeader: (columns: readonly string[]) => void;
  /** Called with each record and the line that it ends on; the header is line 1. Empty lines are left out. */
  readonly onRecord: (cells: readonly string[], line: number) => void;
  /** Called about once for each 64 KiB of the file. */
  readonly onProgress?: (progress: CsvProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads a CSV file record by record.
 * @returns the SHA-256 of the file as it is on the disk, lower-case hex
 * @throws ImportError naming the line where the file is not a CSV table
 */
export async function readCsv({ path, onHeader, onRecord, onProgress, signal }: ReadCsvOptions): Promise<string> {
  const hash = createHash('sha256');
  let lines = 0;
  const onChunk = (chunk: Buffer, bytes: number, totalBytes: number) => {
    hash.update(chunk);
    onProgress?.({ bytes, totalBytes, lines });
  };
  let header = true;
  for await (const { cells, line } of csvRecords(path, { onChunk, signal })) {
    lines = line;
    if (header) {
      onHeader(cells);
      header = false;
    } else {
      onRecord(cells, line);
    }
  }
  return hash.digest('hex');
}

export interface CsvRecord {
  readonly cells: readonly string[];
  /** The line that it ends on, from 1. */
  readonly line: number;
  /** Bytes of the file that were read for it and what comes before, and some more. */
  readonly doneBytes: number;
}

export interface CsvRecordsOptions {
  /** Called with each chunk of the file, and the number of bytes up to its end. */
  readonly onChunk?: (chunk: Buffer, bytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * The records of a CSV file, plain or gzip, the header first.
 * @throws ImportError as `readCsv`
 */
export async function* csvRecords(path: string, { onChunk, signal }: CsvRecordsOptions): AsyncGenerator<CsvRecord> {
  const { size, gzip } = await inspect(path);
  let bytes = 0;
  const tap = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      bytes += chunk.length;
      onChunk?.(chunk, bytes, size);
      yield chunk;
    }
  };
  const source = createReadStream(path);
  const parser = parse({ bom: true, info: true, skip_empty_lines: true, max_record_size: MAX_RECORD_BYTES });
  const reading = gzip
    ? pipeline(source, tap, createGunzip(), parser, { signal })
    : pipeline(source, tap, parser, { signal });
  // Its errors reach the loop below, where somebody is waiting for them.
  reading.catch(() => undefined);
  let empty = true;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      empty = false;
      yield { cells: record, line: info.lines, doneBytes: bytes };
    }
    await reading;
  } catch (error) {
    throw importError(path, error);
  }
  if (empty) {
    throw new ImportError({ file: basename(path) }, 'it is empty: the first line must name the columns');
  }
}

async function inspect(path: string): Promise<{ size: number; gzip: boolean }> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return { size: (await file.stat()).size, gzip: buffer.equals(GZIP_MAGIC) };
  } finally {
    await file.close();
  }
}

function importError(path: string, error: unknown): unknown {
  const file = basename(path);
  if (error instanceof CsvError) {
    const line = typeof error.lines === 'number' ? error.lines : undefined;
    return new ImportError({ file, line }, `it is not a CSV table: ${error.message}`, { cause: error });
  }
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && /^Z_/.test(code)) {
    return new ImportError({ file }, `its gzip data is damaged (${code})`, { cause: error });
  }
  return error;
}
