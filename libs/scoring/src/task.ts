import type { CompiledNetwork } from '@gradsign/requests';

/** What a worker needs to score one architecture; the batch itself travels as a blob named by its digest. */
export interface ScoreTask {
  readonly space: string;
  readonly architecture: string;
  readonly network: CompiledNetwork;
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  /** Proxies with the same batch and number of initialisations: they may share a pass. */
  readonly proxies: readonly string[];
  readonly initializations: number;
  readonly seed: bigint;
  readonly engine: string;
  readonly device: string;
  /** Absent when no proxy of the task uses images. */
  readonly batchDigest?: string;
}

/** A mini-batch as it is kept by workers. */
export interface BatchBlob {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly size: number;
}

/** One proxy's result; `value` may be an infinity or NaN. */
export interface TaskScore {
  readonly id: string;
  readonly value: number;
  readonly weights: number;
  readonly nanCount: number;
  readonly seconds: number;
}
