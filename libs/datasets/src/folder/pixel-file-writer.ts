import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatasetError } from '@gradsign/dataset';
import { END_BYTES, MAGIC, type PixelFileFacts, type PixelFileHeader } from './pixel-file';

/** Begins the name of a file that is being written. */
const UNFINISHED = '.unfinished-';
/** Nobody writes for that long. */
const ABANDONED_MS = 24 * 3600 * 1000;
const READ_BYTES = 2 ** 20;

/** Writes a file of pixels; it is there whole, under its name, when `finish` returns, or not at all. */
export class PixelFileWriter {
  private constructor(
    private readonly path: string,
    private readonly unfinished: string,
    private readonly file: FileHandle,
    private readonly imageBytes: number,
  ) {}

  /** @throws DatasetError where the folder cannot be written to. */
  static async create(path: string, imageBytes: number): Promise<PixelFileWriter> {
    const folder = dirname(path);
    try {
      await mkdir(folder, { recursive: true });
      await removeAbandoned(folder);
      const unfinished = join(folder, `${UNFINISHED}${randomUUID()}`);
      return new PixelFileWriter(path, unfinished, await open(unfinished, 'wx+'), imageBytes);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      throw new DatasetError('folder', folder, `images cannot be kept here (${code})`, { cause });
    }
  }

  /** Writes images that follow one another, `first` being the number of the first, in any order of calls. */
  async write(first: number, images: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(images);
    await writeAll(this.file, bytes, first * this.imageBytes);
  }

  async finish(facts: PixelFileFacts, labels: Uint16Array): Promise<void> {
    const start = labels.length * this.imageBytes;
    await writeAll(this.file, Buffer.from(labels.buffer, labels.byteOffset, labels.byteLength), start);
    const header: PixelFileHeader = { ...facts, digest: await this.digest(facts, start + labels.byteLength) };
    const json = Buffer.from(JSON.stringify(header));
    const end = Buffer.alloc(END_BYTES);
    end.writeUInt32LE(json.length);
    end.set(MAGIC, 4);
    await writeAll(this.file, Buffer.concat([json, end]), start + labels.byteLength);
    await this.file.sync();
    await this.file.close();
    await rename(this.unfinished, this.path);
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.file.close().catch(() => {});
    await rm(this.unfinished, { force: true });
  }

  private async digest({ imageShape, classNames, counts }: PixelFileFacts, length: number): Promise<string> {
    const { train, validation, test } = counts;
    const hash = createHash('sha256').update(JSON.stringify([imageShape, classNames, train, validation, test]));
    const buffer = Buffer.alloc(READ_BYTES);
    for (let at = 0; at < length;) {
      const { bytesRead } = await this.file.read(buffer, 0, Math.min(READ_BYTES, length - at), at);
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return hash.digest('hex');
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((other) => other.startsWith(UNFINISHED))) {
    const stats = await stat(join(folder, name)).catch(() => undefined);
    if (stats && Date.now() - stats.mtimeMs > ABANDONED_MS) await rm(join(folder, name), { force: true });
  }
}
