import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Message, tableFromIPC } from 'apache-arrow';
import type { Schema, Table } from 'apache-arrow';
import { Footer } from 'apache-arrow/ipc/metadata/file';
import { TableFormatError } from './errors';

const MAGIC = Buffer.from('ARROW1');
/** The leading magic is padded to eight bytes. */
const BLOCKS_BEGIN = 8;
/** After the footer: its length as int32, and the magic. */
const TRAILER_LENGTH = 4 + MAGIC.length;
/** Record batches that stay in memory, in bytes. */
const CACHE_BYTES = 64 * 2 ** 20;

interface Block {
  readonly offset: number;
  readonly length: number;
}

/** Closes files that nobody can reach any more: a table that was replaced may still be read by a stream. */
const unreachable = new FinalizationRegistry<number>(closeSync);

/**
 * An Arrow IPC file of which only the schema and the dictionaries are in memory. Record batches are read by their
 * offset when they are asked for, and the least recently used ones are dropped beyond 64 MiB.
 */
export class TableFile {
  private readonly descriptor: number;
  private readonly blocks: readonly Block[];
  /** The bytes of schema and dictionaries: with the bytes of a batch, a complete Arrow stream. */
  private readonly prefix: Uint8Array;
  private readonly cache = new Map<number, Table>();
  private cachedBytes = 0;
  /** Schema, dictionaries and the first record batch. */
  readonly head: Table;

  /** @throws TableFormatError when the file is not an Arrow file, or has been cut short. */
  constructor(readonly path: string) {
    this.descriptor = openSync(path, 'r');
    try {
      const size = fstatSync(this.descriptor).size;
      const footer = this.readFooter(size);
      const dictionaries = blocksOf(footer.dictionaryBatches());
      this.blocks = blocksOf(footer.recordBatches());
      for (const { offset, length } of [...dictionaries, ...this.blocks]) {
        if (offset < BLOCKS_BEGIN || length <= 0 || offset + length > size) {
          throw new TableFormatError(path, 'a batch lies outside the file');
        }
      }
      this.prefix = Buffer.concat([schemaMessage(footer.schema), ...dictionaries.map((block) => this.bytes(block))]);
      this.head = tableFromIPC([this.prefix, ...this.blocks.slice(0, 1).map((block) => this.bytes(block))]);
    } catch (error) {
      closeSync(this.descriptor);
      throw error instanceof TableFormatError ? error : new TableFormatError(path, 'it is damaged', { cause: error });
    }
    unreachable.register(this, this.descriptor, this);
  }

  get batches(): number {
    return this.blocks.length;
  }

  /** One record batch as a table. */
  batch(index: number): Table {
    const known = this.cache.get(index);
    if (known) {
      this.cache.delete(index);
      this.cache.set(index, known);
      return known;
    }
    const table = tableFromIPC([this.prefix, this.bytes(this.blocks[index])]);
    this.cache.set(index, table);
    this.cachedBytes += this.blocks[index].length;
    for (const oldest of this.cache.keys()) {
      if (this.cachedBytes <= CACHE_BYTES || oldest === index) {
        break;
      }
      this.cache.delete(oldest);
      this.cachedBytes -= this.blocks[oldest].length;
    }
    return table;
  }

  /** Closes the file now rather than when nothing refers to it any more. It must not be used afterwards. */
  close(): void {
    unreachable.unregister(this);
    closeSync(this.descriptor);
  }

  private readFooter(size: number): Footer {
    if (size < BLOCKS_BEGIN + TRAILER_LENGTH || !MAGIC.equals(this.bytes({ offset: 0, length: MAGIC.length }))) {
      throw new TableFormatError(this.path, 'it does not begin with ARROW1');
    }
    const trailer = this.bytes({ offset: size - TRAILER_LENGTH, length: TRAILER_LENGTH });
    const length = trailer.readInt32LE(0);
    if (!MAGIC.equals(trailer.subarray(4)) || length <= 0 || length > size - BLOCKS_BEGIN - TRAILER_LENGTH) {
      throw new TableFormatError(this.path, 'its end is missing');
    }
    return Footer.decode(this.bytes({ offset: size - TRAILER_LENGTH - length, length }));
  }

  private bytes({ offset, length }: Block): Buffer {
    const buffer = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const read = readSync(this.descriptor, buffer, done, length - done, offset + done);
      if (read === 0) {
        throw new TableFormatError(this.path, 'it ends too early');
      }
      done += read;
    }
    return buffer;
  }
}

interface FileBlock {
  readonly offset: number;
  readonly metaDataLength: number;
  readonly bodyLength: number;
}

function blocksOf(blocks: Iterable<FileBlock>): Block[] {
  return Array.from(blocks, ({ offset, metaDataLength, bodyLength }) => ({
    offset,
    length: metaDataLength + bodyLength,
  }));
}

/** The message that begins an Arrow stream: continuation mark, length, flat buffer padded to eight bytes. */
function schemaMessage(schema: Schema): Buffer {
  const content = Message.encode(Message.from(schema));
  const padded = Math.ceil(content.length / 8) * 8;
  const message = Buffer.alloc(8 + padded);
  message.writeInt32LE(-1, 0);
  message.writeInt32LE(padded, 4);
  message.set(content, 8);
  return message;
}
