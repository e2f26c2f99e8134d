import type { TrainingId } from './definition';

/** What a training measured; one value after each epoch. */
export interface TrainingOutcome extends TrainingId {
  readonly trainLoss: readonly number[];
  /** Percent. */
  readonly trainAccuracy: readonly number[];
  readonly validationAccuracy: readonly number[];
  readonly testAccuracy: readonly number[];
  /** Processor time of the whole training with its evaluations. */
  readonly cpuSeconds: number;
}

/** The outcomes of trainings, by `trainingKey`. */
export type Outcomes = Map<string, TrainingOutcome>;

export const trainingKey = ({ architecture, seed }: TrainingId): string => `${architecture} ${seed}`;
