/** Images that a network was trained on: half of the training images (the rest being validation), or all. */
export type TrainingSet = 'half' | 'full';

/** Images that a value was measured on. */
export type Split = 'train' | 'valid' | 'test' | 'valid_and_test';

/** One training by its seed, or the mean over all trainings. */
export type Seed = number | 'mean';

/** What is asked of a benchmark, except for the architecture. Nothing has a silent default. */
export interface EvaluationSelection {
  /** For instance `cifar10`. */
  readonly dataset: string;
  readonly trainingSet: TrainingSet;
  /** Epochs that the training was planned for; `final`: the longest that exists for data set and training set. */
  readonly epochs: number | 'final';
  /** Epochs of it that were done when the value was measured, from 1; default: all, the end of the training. */
  readonly epoch?: number;
  readonly split: Split;
  readonly seed: Seed;
}

export interface EvaluationQuery extends EvaluationSelection {
  /** In its space's published notation. */
  readonly architecture: string;
}

/** A trained accuracy and what belongs to it. What the benchmark does not know is absent. */
export interface Evaluation {
  readonly benchmark: string;
  readonly architecture: string;
  /** Place of the architecture in the table's order, from 0. */
  readonly index: number;
  readonly dataset: string;
  readonly trainingSet: TrainingSet;
  readonly epochs: number;
  readonly epoch: number;
  readonly split: Split;
  readonly seed: Seed;
  /** Percent, 0 to 100. */
  readonly accuracy: number;
  readonly loss?: number;
  /** Seconds of training up to `epoch`, without evaluation. */
  readonly trainSeconds?: number;
  /** Seconds of one pass over the split. */
  readonly evalSeconds?: number;
  /** Number of weights, counted on the network. */
  readonly params?: number;
  /** Multiply-adds of one forward pass of one image, counted on the network. */
  readonly flops?: number;
  /** Number of weights as the benchmark states it, which is not always the truth. */
  readonly publishedParams?: number;
  /** Trainings that a mean is over. */
  readonly runs?: number;
  /** Rows of the Arrow table that the answer was read from, from 0. */
  readonly rows: readonly number[];
  /** Lines (text) or records of the source file that these rows were imported from, from 1. */
  readonly sourceLines: readonly number[];
  /** How values were derived, where they are not plain measurements. */
  readonly note?: string;
}
