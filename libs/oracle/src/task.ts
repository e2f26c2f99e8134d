import type { EpochMetrics, TrainingResult } from '@gradsign/contracts';
import type { NpyFiles } from '@gradsign/datasets';
import type { CompiledNetwork } from '@gradsign/requests';
import type { TrainerSettings } from '@gradsign/training';

/** Where a worker finds the images of a data set that needs files. */
export interface ImageFiles {
  readonly dataDir?: string;
  readonly npy?: NpyFiles;
  /** The file of a folder of images, see `prepareImageFolder`. */
  readonly folder?: string;
}

/** What determines a network. */
export interface NetworkTask {
  readonly space: string;
  readonly architecture: string;
  readonly network: CompiledNetwork;
}

/** What a worker needs to train one network. It reads the images itself. */
export interface TrainTask extends NetworkTask {
  readonly dataset: string;
  readonly files: ImageFiles;
  /** Of the images that were asked for, where their name does not say which they are. */
  readonly datasetDigest?: string;
  readonly settings: TrainerSettings;
  readonly seed: bigint;
}

/** What a worker tells while it trains. `started` comes again where the training is begun again after a crash. */
export type TrainProgress =
  | { readonly type: 'started' }
  | { readonly type: 'step'; readonly step: number }
  | { readonly type: 'epoch'; readonly step: number; readonly metrics: EpochMetrics };

/** What a training yields: the ONNX file's bytes and what was measured. */
export interface TrainOutcome {
  readonly model: Uint8Array;
  readonly result: Omit<TrainingResult, 'modelSha256' | 'reused'>;
}
