import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { DatasetError, type DatasetSplit, type Normalization } from '@gradsign/dataset';

/** What a file of pixels says of them. */
export interface PixelFileFacts {
  /** What the file was made of and how: it is made anew where that differs. */
  readonly source: string;
  readonly imageShape: readonly [number, number, number];
  readonly classNames: readonly string[];
  readonly counts: Readonly<Record<DatasetSplit, number>>;
  readonly normalization: Normalization;
  readonly preparation: string;
}

/** The facts with the digest of shape, classes, labels and pixels. */
export interface PixelFileHeader extends PixelFileFacts {
  readonly digest: string;
}

/**
 * A file holds the images' bytes, one image after the other (training, validation, test), their labels as
 * little-endian uint16, the header as JSON, and this end: the header's length as little-endian uint32, and a magic.
 * That the end is there says that all of it is.
 */
export const MAGIC = Buffer.from('GSPIXEL1', 'latin1');
export const END_BYTES = 4 + MAGIC.length;
const MAX_HEADER_BYTES = 2 ** 28;

const closer = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

/** An open file of pixels: it stays what it is when another one takes its name. It is closed when nothing uses it. */
export class PixelFile {
  readonly header: PixelFileHeader;
  readonly labels: Uint16Array;
  private readonly descriptor: number;
  private readonly image: Uint8Array;

  /** @throws DatasetError for what is not a whole file of pixels. */
  constructor(private readonly path: string) {
    try {
      this.descriptor = openSync(path, 'r');
    } catch (cause) {
      throw this.error(`cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
    }
    closer.register(this, this.descriptor);
    const { header, start } = this.readHeader();
    const { imageShape, counts } = header;
    const imageBytes = imageShape.reduce((a, b) => a * b);
    const count = counts.train + counts.validation + counts.test;
    if (start !== count * (imageBytes + 2)) throw this.error(`has ${start} bytes for ${count} images`);
    this.header = header;
    this.image = new Uint8Array(imageBytes);
    this.labels = new Uint16Array(count);
    this.fill(new Uint8Array(this.labels.buffer), count * imageBytes);
  }

  /** The bytes of an image; the next call overwrites them. */
  read(index: number): Uint8Array {
    this.fill(this.image, index * this.image.length);
    return this.image;
  }

  private readHeader(): { header: PixelFileHeader; start: number } {
    const { size } = fstatSync(this.descriptor);
    const end = Buffer.alloc(END_BYTES);
    if (size < END_BYTES) throw this.error('is not a whole file of pixels');
    this.fill(end, size - END_BYTES);
    const length = end.readUInt32LE();
    const start = size - END_BYTES - length;
    if (!end.subarray(4).equals(MAGIC) || length > MAX_HEADER_BYTES || start < 0) {
      throw this.error('is not a whole file of pixels');
    }
    const json = Buffer.alloc(length);
    this.fill(json, start);
    try {
      return { header: JSON.parse(json.toString()) as PixelFileHeader, start };
    } catch (cause) {
      throw this.error('has a damaged header', cause);
    }
  }

  private fill(into: Uint8Array, position: number): void {
    for (let done = 0; done < into.length;) {
      const read = readSync(this.descriptor, into, done, into.length - done, position + done);
      if (read === 0) throw this.error(`ends after ${position + done} bytes, before it should`);
      done += read;
    }
  }

  private error(rule: string, cause?: unknown): DatasetError {
    return new DatasetError('file', this.path, rule, { cause });
  }
}
