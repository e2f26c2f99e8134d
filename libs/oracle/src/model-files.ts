import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '@gradsign/contracts';
import { syncFolder } from './sync-folder';

const CHUNK_BYTES = 256 * 1024;
/** Begins the name of a file that is being written. */
const UNFINISHED = '.';

/** Trained networks in a folder: `<sha256>.onnx`. A file is there whole, by a rename, or not at all. */
export class ModelFiles {
  private constructor(private readonly folder: string) {}

  /** Opens the folder for its only owner. */
  static async open(folder: string): Promise<ModelFiles> {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) {
      if (name.startsWith(UNFINISHED)) await rm(join(folder, name));
    }
    return new ModelFiles(folder);
  }

  /** Keeps a file, safe from a loss of power when it returns. Returns its lower-case hex SHA-256. */
  async keep(model: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(model).digest('hex');
    const unfinished = join(this.folder, `${UNFINISHED}${randomUUID()}`);
    try {
      const file = await open(unfinished, 'wx');
      try {
        await file.writeFile(model);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, this.path(sha256));
    } finally {
      await rm(unfinished, { force: true });
    }
    await syncFolder(this.folder);
    return sha256;
  }

  /** The bytes of a file, 256 KiB at most at a time. @throws ServiceError DATA_LOSS where it is gone. */
  async *read(sha256: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    const file: ReadStream = createReadStream(this.path(sha256), { highWaterMark: CHUNK_BYTES, signal });
    try {
      for await (const chunk of file) yield chunk as Buffer;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new ServiceError('DATA_LOSS', `the file of model ${sha256} is gone`, {
        reason: 'MODEL_MISSING',
        cause: error,
      });
    }
  }

  private path(sha256: string): string {
    return join(this.folder, `${sha256}.onnx`);
  }
}
