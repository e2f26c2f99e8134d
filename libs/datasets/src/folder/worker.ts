import { join } from 'node:path';
import { serveTasks, type TaskContext } from '@gradsign/compute-pool';
import sharp from 'sharp';
import { decodeImage, ImageError, inspectImage, readImageFile, sha256, type ImageFacts } from './image-file';
import type { DecodeTask, FileResult, InspectTask } from './task';

/** Reads the headers of some files. */
export async function runInspectTask({ root, paths }: InspectTask, context: TaskContext) {
  return each(paths, context, async (path): Promise<ImageFacts> => inspectImage(await readImageFile(join(root, path))));
}

/** Decodes some files, which must be those that were inspected. */
export async function runDecodeTask({ root, paths, digests, format }: DecodeTask, context: TaskContext) {
  return each(paths, context, async (path, i) => {
    const bytes = await readImageFile(join(root, path));
    if (sha256(bytes) !== digests[i]) throw new ImageError('has changed while the folder was read');
    return decodeImage(bytes, format);
  });
}

async function each<T>(
  paths: readonly string[],
  context: TaskContext,
  work: (path: string, index: number) => Promise<T>,
): Promise<FileResult<T>[]> {
  const results: FileResult<T>[] = [];
  for (const [i, path] of paths.entries()) {
    await context.checkpoint();
    try {
      results.push({ value: await work(path, i) });
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      results.push({ problem: error.message });
    }
  }
  return results;
}

if (require.main === module) {
  // A process for each core, with one thread; no image is read twice.
  sharp.concurrency(1);
  sharp.cache(false);
  // Of all formats that the library knows, hostile files get to see the readers of these two.
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer'] });
  serveTasks({
    inspect: (payload, context) => runInspectTask(payload as InspectTask, context),
    decode: (payload, context) => runDecodeTask(payload as DecodeTask, context),
  });
}
