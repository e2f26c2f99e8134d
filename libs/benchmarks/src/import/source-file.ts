import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ImportError } from '../errors';

const CHUNK_BYTES = 2 ** 20;

/** A file that is imported. */
export interface SourceFile {
  readonly path: string;
  /** Its name without folders: what errors call it. */
  readonly name: string;
  readonly bytes: number;
}

/** @throws ImportError where there is no such file */
export async function sourceFile(path: string): Promise<SourceFile> {
  const name = basename(path);
  try {
    const found = await stat(path);
    if (found.isFile()) return { path, name, bytes: found.size };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  throw new ImportError({ file: name }, 'there is no such file');
}

/**
 * The file's contents, a megabyte at a time. A chunk is valid until the next one is asked for: a buffer for each would
 * keep the garbage collector busy.
 */
export async function* chunksOf({ path }: SourceFile, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
