import { closeSync, openSync, readSync } from 'node:fs';
import { FlatBuffer } from './flat-buffer';

/** After the footer: its length as int32, and the magic. */
const TRAILER_BYTES = 10;
const BLOCK_BYTES = 24;
/** Of a field's node (length, nulls) and a buffer's region (offset, length). */
const PAIR_BYTES = 16;
/** Before a message: the mark of a continuation, and its length. */
const PREFIX_BYTES = 8;
const CONTINUATION = -1;
/** Numbers of types and headers in Arrow's schema files. */
const TIMESTAMP = 10;
const UNION = 14;
const DICTIONARY_BATCH = 2;
const RECORD_BATCH = 3;
/** Columns, with all that are nested in them. */
const MAX_FIELDS = 10_000;
/** A column of true and false has eight rows in a byte; batches that have more share their bytes. */
export const MAX_ROWS_PER_BYTE = 8;

/**
 * Checks the metadata of an Arrow file before the library reads it: every vector and every batch must lie within the
 * file, and no batch may have more rows than the file has bits.
 * @throws RangeError saying what is wrong
 */
export function verifyArrowFile(path: string, size: number): void {
  const descriptor = openSync(path, 'r');
  const bytes = (offset: number, length: number): Buffer => {
    if (offset < 0 || length < 0 || offset + length > size) {
      throw new RangeError(`${length} bytes from byte ${offset} on are not there`);
    }
    const buffer = Buffer.alloc(length);
    if (readSync(descriptor, buffer, 0, length, offset) < length) throw new RangeError('the file ends too early');
    return buffer;
  };
  try {
    const length = bytes(size - TRAILER_BYTES, TRAILER_BYTES).readInt32LE();
    const footer = new FlatBuffer(bytes(size - TRAILER_BYTES - length, length));
    for (const { offset, metadataLength, bodyLength } of blocks(footer)) {
      const prefix = bytes(offset, PREFIX_BYTES);
      const inner = metadataLength - PREFIX_BYTES;
      if (prefix.readInt32LE(0) !== CONTINUATION || prefix.readInt32LE(4) !== inner) {
        throw new RangeError(`no message of ${metadataLength} bytes begins at byte ${offset}`);
      }
      if (offset + metadataLength + bodyLength > size) throw new RangeError('a batch lies outside the file');
      verifyBatch(new FlatBuffer(bytes(offset + PREFIX_BYTES, inner)), bodyLength, MAX_ROWS_PER_BYTE * size);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The blocks of a footer whose schema is sound. */
function blocks(footer: FlatBuffer) {
  const root = footer.root();
  const schema = footer.table(root, 1);
  if (schema === undefined) throw new RangeError('the footer has no schema');
  new SchemaVerifier(footer).schema(schema);
  verifyMetadata(footer, root, 4);
  return [2, 3].flatMap((member) => {
    const { start, length } = footer.vector(root, member, BLOCK_BYTES);
    return Array.from({ length }, (_, i) => {
      const block = start + i * BLOCK_BYTES;
      return {
        offset: footer.int64(block),
        metadataLength: footer.int32(block + 8),
        bodyLength: footer.int64(block + 16),
      };
    });
  });
}

/** Checks the tables `Schema` and `Field` of Schema.fbs. */
class SchemaVerifier {
  private fields = 0;

  constructor(private readonly buffer: FlatBuffer) {}

  schema(table: number): void {
    this.children(table, 1);
    verifyMetadata(this.buffer, table, 2);
    this.buffer.vector(table, 3, 8);
  }

  private children(table: number, member: number): void {
    const tables = this.buffer.tables(table, member);
    // Fields may share their children, so that a small file has very many.
    this.fields += tables.length;
    if (this.fields > MAX_FIELDS) throw new RangeError(`there are more than ${MAX_FIELDS} columns`);
    tables.forEach((field) => this.field(field));
  }

  private field(table: number): void {
    const { buffer } = this;
    buffer.vector(table, 0, 1);
    const kind = buffer.byte(buffer.member(table, 2));
    const type = buffer.table(table, 3);
    if (type !== undefined && kind === TIMESTAMP) buffer.vector(type, 1, 1);
    if (type !== undefined && kind === UNION) buffer.vector(type, 1, 4);
    this.children(table, 5);
    verifyMetadata(buffer, table, 6);
  }
}

/** Checks a list of keys and values. */
function verifyMetadata(buffer: FlatBuffer, parent: number, member: number): void {
  for (const pair of buffer.tables(parent, member)) {
    buffer.vector(pair, 0, 1);
    buffer.vector(pair, 1, 1);
  }
}

/** Checks the tables `Message` and `RecordBatch` of Message.fbs. */
function verifyBatch(buffer: FlatBuffer, bodyLength: number, maxRows: number): void {
  const message = buffer.root();
  const kind = buffer.byte(buffer.member(message, 1));
  const header = buffer.table(message, 2);
  const batch = kind === DICTIONARY_BATCH && header !== undefined ? buffer.table(header, 1) : header;
  if (batch === undefined || (kind !== DICTIONARY_BATCH && kind !== RECORD_BATCH)) {
    throw new RangeError('a batch has no contents');
  }
  if (buffer.int64(buffer.member(message, 3)) !== bodyLength) throw new RangeError('a batch has two lengths');
  verifyMetadata(buffer, message, 4);
  const rows = [buffer.int64(buffer.member(batch, 0))];
  const nodes = buffer.vector(batch, 1, PAIR_BYTES);
  for (let i = 0; i < nodes.length; i++) rows.push(buffer.int64(nodes.start + i * PAIR_BYTES));
  if (rows.some((length) => length > maxRows)) throw new RangeError('a batch has more rows than the file has bits');
  const regions = buffer.vector(batch, 2, PAIR_BYTES);
  for (let i = 0; i < regions.length; i++) {
    const region = regions.start + i * PAIR_BYTES;
    if (buffer.int64(region) + buffer.int64(region + 8) > bodyLength) throw new RangeError('a buffer is too long');
  }
  buffer.vector(batch, 4, 8);
}
