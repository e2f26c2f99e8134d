import type { PixelFormat } from './image-file';

/** Asks a worker process for the facts of some files. */
export interface InspectTask {
  readonly root: string;
  /** Relative to the root. */
  readonly paths: readonly string[];
}

/** Asks a worker process for the pixels of some files. */
export interface DecodeTask extends InspectTask {
  /** SHA-256 of each file as it was inspected. */
  readonly digests: readonly string[];
  readonly format: PixelFormat;
}

/** What came of one file: a value, or what is wrong with it. */
export type FileResult<T> = { readonly value: T } | { readonly problem: string };
