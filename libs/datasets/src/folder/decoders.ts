import { join } from 'node:path';
import { createComputePool, WorkerCrashError, type ComputePool } from '@gradsign/compute-pool';
import type { ImageFacts, PixelFormat } from './image-file';
import type { ImageFile } from './layout';
import type { Problems } from './problems';
import type { DecodeTask, FileResult, InspectTask } from './task';

const WORKER_MODULE = join(__dirname, '..', '..', 'dist', 'folder', 'worker.js');
/** Files, and bytes of pixels, of a task at most. */
const TASK_FILES = 32;
const TASK_BYTES = 2 ** 23;

export interface DecodersOptions {
  /** Absolute path of the folder that paths are relative to. */
  readonly root: string;
  /** Processes at most. */
  readonly size: number;
  /** Number of files that are to be read. */
  readonly files: number;
  /** Takes what is wrong with files. */
  readonly problems: Problems;
  /** The built module that the processes run. Default: the one that reads PNG and JPEG. */
  readonly workerModule?: string;
}

/**
 * Processes that read image files. A file that ends the process which reads it is a problem like any other.
 */
export class Decoders {
  private readonly pool: ComputePool;
  private readonly size: number;
  private readonly root: string;
  private readonly problems: Problems;

  constructor({ root, size, files, problems, workerModule = WORKER_MODULE }: DecodersOptions) {
    this.root = root;
    this.problems = problems;
    this.size = Math.max(1, Math.min(size, Math.ceil(files / TASK_FILES)));
    this.pool = createComputePool({
      workerModule,
      size: this.size,
      queueLimit: this.size,
      spares: 0,
      retries: 0,
      // What the library remarks on standard error says less than the problems do.
      workerEnv: { VIPS_WARNING: '1' },
    });
  }

  /** Reads the headers of files; `onFacts` gets those that are images, in any order. */
  async inspect<T extends ImageFile>(files: readonly T[], onFacts: (some: (T & ImageFacts)[]) => void): Promise<void> {
    await this.inTasks(files, TASK_FILES, async (some) => {
      const task: InspectTask = { root: this.root, paths: some.map(({ path }) => path) };
      const results = await this.run<ImageFacts>('inspect', task);
      onFacts(some.flatMap((file, i) => (results[i] === undefined ? [] : [{ ...file, ...results[i] }])));
    });
  }

  /**
   * Decodes files. `onPixels` gets the images of files that follow one another, `first` being the number of the first,
   * in any order of calls; not those of a task with a problem.
   */
  async decode(
    files: readonly (ImageFile & ImageFacts)[],
    format: PixelFormat,
    onPixels: (first: number, pixels: Uint8Array[]) => Promise<void>,
  ): Promise<void> {
    const fitting = Math.floor(TASK_BYTES / (format.channels * format.height * format.width));
    await this.inTasks(files, Math.max(1, Math.min(TASK_FILES, fitting)), async (some, first) => {
      const paths = some.map(({ path }) => path);
      const digests = some.map(({ sha256 }) => sha256);
      const pixels = await this.run<Uint8Array>('decode', { root: this.root, paths, digests, format });
      if (pixels.every((image) => image !== undefined)) await onPixels(first, pixels);
    });
  }

  close(): Promise<void> {
    return this.pool.close({ graceMs: 0 });
  }

  /** Works on `length` items at a time, for as many as there are processes. */
  private async inTasks<T>(
    items: readonly T[],
    length: number,
    work: (some: readonly T[], first: number) => Promise<void>,
  ): Promise<void> {
    let next = 0;
    const lane = async () => {
      while (next < items.length) {
        const first = next;
        next += length;
        await work(items.slice(first, first + length), first);
      }
    };
    await Promise.all(Array.from({ length: this.size }, lane));
  }

  /** The value of each file; undefined for one with a problem. */
  private async run<T>(kind: 'inspect' | 'decode', task: InspectTask | DecodeTask): Promise<(T | undefined)[]> {
    const { paths } = task;
    try {
      const { result } = await this.pool.run<FileResult<T>[]>({ kind, payload: task });
      return result.map((file, i) => {
        if ('value' in file) return file.value;
        this.problems.add(paths[i], file.problem);
        return undefined;
      });
    } catch (error) {
      if (!(error instanceof WorkerCrashError)) throw error;
      if (paths.length > 1) return this.oneByOne(kind, task);
      const { signal, code } = error.exit;
      this.problems.add(paths[0], `ended the process that read it (${signal ?? `exit code ${code}`})`);
      return [undefined];
    }
  }

  private async oneByOne<T>(kind: 'inspect' | 'decode', task: InspectTask | DecodeTask): Promise<(T | undefined)[]> {
    const values: (T | undefined)[] = [];
    for (const [i, path] of task.paths.entries()) {
      const single = 'digests' in task ? { ...task, digests: [task.digests[i]] } : task;
      values.push(...(await this.run<T>(kind, { ...single, paths: [path] })));
    }
    return values;
  }
}
