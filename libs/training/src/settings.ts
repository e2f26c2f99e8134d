import type { Augmentation } from '@gradsign/dataset';

/** Everything about a training except network, data set and seed. All settings matter to the result. */
export interface TrainerSettings {
  /** Passes over the training images. */
  readonly epochs: number;
  readonly batchSize: number;
  /** Learning rate of the first step; it falls to 0 along half a cosine. */
  readonly learningRate: number;
  readonly momentum: number;
  /** L2 penalty on convolution and linear weights. */
  readonly weightDecay: number;
  /** Nesterov's form of momentum. */
  readonly nesterov: boolean;
  readonly augmentation: Augmentation;
  /** Number of training images. */
  readonly trainSamples: number;
  /** Number of validation images: of the data set's validation split, or held out of the training split. */
  readonly validationSamples: number;
  /** Number of test images. */
  readonly testSamples: number;
  /** Height that images are scaled down to by averaging; a whole factor, which divides the width as well. */
  readonly imageSize: number;
}

/** Thrown when settings cannot be used. The message is a sentence with field, value and rule. */
export class TrainerSettingsError extends Error {
  override readonly name = 'TrainerSettingsError';
  constructor(
    readonly field: keyof TrainerSettings,
    readonly value: unknown,
    readonly rule: string,
  ) {
    super(`${field} is ${String(value)}: ${rule}`);
  }
}
