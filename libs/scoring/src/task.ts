import type { CompiledNetwork } from '@gradsign/requests';

/** An uploaded model, whose file travels as a blob named by its digest. */
export interface ModelSubject {
  readonly digest: string;
  /** Whether its weights are replaced by initial values. */
  readonly reinitialize: boolean;
}

/** What a worker needs to check a model. */
export type CheckTask = Pick<ModelSubject, 'digest'>;

/** What a worker needs to score one architecture; the batch itself travels as a blob named by its digest. */
export interface ScoreTask {
  /** Empty for a model. */
  readonly space: string;
  /** In the space's notation, or a model's identity. */
  readonly architecture: string;
  readonly model?: ModelSubject;
  readonly network: CompiledNetwork;
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  /** Proxies with the same batch and number of initialisations: they may share a pass. */
  readonly proxies: readonly string[];
  readonly initializations: number;
  readonly seed: bigint;
  readonly engine: string;
  readonly device: string;
  /** Bytes that the values of one graph may take at once. */
  readonly memoryLimit: number;
  /** Absent when no proxy of the task uses images. */
  readonly batchDigest?: string;
  /** Folder that gets what programs draw. */
  readonly dump?: string;
}

/** A mini-batch as it is kept by workers. */
export interface BatchBlob {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly size: number;
}

/** One proxy's result; numbers may be infinities or NaN. */
export interface TaskScore {
  readonly id: string;
  /** NaN where only the members of a population have one. */
  readonly value: number;
  /** Given by a population proxy: what members are ranked by. */
  readonly components?: readonly number[];
  readonly weights: number;
  readonly nanCount: number;
  readonly seconds: number;
  /** Given where it is not the proxy's own: a model without normalisation. */
  readonly normalization?: 'none';
}
