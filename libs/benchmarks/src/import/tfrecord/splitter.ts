import { ImportError } from '../../errors';
import { crc32c, masked } from './crc32c';

/** Before a record's data: its length as uint64, and the checksum of that. */
const HEADER_BYTES = 12;
/** After it: its checksum. */
const FOOTER_BYTES = 4;
/** Longest data of a record. Those of NAS-Bench-101 have about 400 bytes. */
const MAX_DATA_BYTES = 2 ** 20;

export interface TfRecord {
  /** Place in the file, from 1. */
  readonly number: number;
  /** Bytes of the file before the record. */
  readonly offset: number;
  /** Bytes of the file up to and with the record. */
  readonly end: number;
  /** Valid until the next record is asked for. */
  readonly data: Buffer;
  /** The checksum of `data`, unmasked. */
  readonly crc: number;
}

/**
 * Cuts a TFRecord file into its records: for each, length (uint64, little-endian), masked CRC-32C of the length,
 * data, masked CRC-32C of the data. Keeps at most one record and one chunk in memory.
 */
export class TfRecordSplitter {
  /** What has no end yet, at the beginning. */
  private buffer = Buffer.alloc(0);
  private buffered = 0;
  /** Bytes of the file before `buffer`. */
  private offset = 0;
  private records = 0;

  constructor(private readonly file: string) {}

  /**
   * The records that end in the next chunk of the file.
   * @throws ImportError with the offset of the first record whose length or checksums are wrong
   */
  *push(chunk: Buffer): Generator<TfRecord> {
    const bytes = this.append(chunk);
    let position = 0;
    for (;;) {
      const length = this.dataLength(bytes, position);
      const data = position + HEADER_BYTES;
      if (length === undefined || data + length + FOOTER_BYTES > bytes.length) break;
      const offset = this.offset + position;
      const crc = crc32c(bytes, data, data + length);
      if (masked(crc) !== bytes.readUInt32LE(data + length)) {
        this.fail(offset, 'the data of this record do not have the checksum that the file states: it is damaged');
      }
      position = data + length + FOOTER_BYTES;
      const end = this.offset + position;
      yield { number: ++this.records, offset, end, data: bytes.subarray(data, data + length), crc };
    }
    this.offset += position;
    this.buffered = bytes.copy(this.buffer, 0, position);
  }

  /** @throws ImportError when the file ends within a record */
  end(): void {
    if (this.buffered > 0) {
      this.fail(this.offset, 'the file ends within this record: it is cut short');
    }
  }

  private append(chunk: Buffer): Buffer {
    const length = this.buffered + chunk.length;
    if (length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(2 * length);
      this.buffer.copy(larger, 0, 0, this.buffered);
      this.buffer = larger;
    }
    chunk.copy(this.buffer, this.buffered);
    return this.buffer.subarray(0, length);
  }

  /** Length of the data of the record at a position, or undefined where its header is not complete yet. */
  private dataLength(bytes: Buffer, position: number): number | undefined {
    if (position + HEADER_BYTES > bytes.length) return undefined;
    const offset = this.offset + position;
    if (masked(crc32c(bytes, position, position + 8)) !== bytes.readUInt32LE(position + 8)) {
      this.fail(offset, 'no TFRecord begins here: the length does not have the checksum that the file states');
    }
    const length = bytes.readBigUInt64LE(position);
    if (length > MAX_DATA_BYTES) {
      this.fail(offset, `this record has ${length} bytes: one of a benchmark has at most ${MAX_DATA_BYTES}`);
    }
    return Number(length);
  }

  private fail(offset: number, rule: string): never {
    throw new ImportError({ file: this.file, offset }, rule);
  }
}
