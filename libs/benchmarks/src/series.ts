import type { Measure } from './measures';
import type { Seed, TrainingSet } from './query';

/** What all rows of a series have in common. */
export interface SeriesKey {
  readonly dataset: string;
  readonly trainingSet: TrainingSet;
  /** Epochs that the training was planned for. */
  readonly epochs: number;
  /** Epochs done when the values were measured; `epochs` at the end of the training. */
  readonly epoch: number;
  readonly seed: Seed;
}

/** The rows of a series before they are written: one entry a row in each array. */
export interface SeriesData {
  readonly key: SeriesKey;
  /** Indices of architectures, strictly ascending. */
  readonly architectures: Int32Array;
  readonly sourceLines: Uint32Array;
  /** NaN where a value is missing. */
  readonly values: Readonly<Partial<Record<Measure, Float64Array>>>;
  /** How a measure was derived, where it is not a plain measurement. */
  readonly notes: Readonly<Partial<Record<Measure, string>>>;
}

/** What the index says of one measure of a series. */
export interface MeasureSummary {
  /** Rows that have a value; at least 1. */
  readonly count: number;
  /** For accuracies: the highest, and the index of the first architecture that has it. */
  readonly best?: { readonly value: number; readonly architecture: number };
  readonly note?: string;
}

/** A series as the file's index describes it. */
export interface SeriesEntry extends SeriesKey {
  /** Its first row in the file, counted over all record batches. */
  readonly firstRow: number;
  readonly rows: number;
  /** The record batch that it begins with. */
  readonly firstBatch: number;
  /** The first architecture of each of its record batches. */
  readonly firstArchitectures: readonly number[];
  readonly measures: Readonly<Partial<Record<Measure, MeasureSummary>>>;
}

/** A series' key as text: equal keys, equal text. */
export function seriesId({ dataset, trainingSet, epochs, epoch, seed }: SeriesKey): string {
  return `${dataset} ${trainingSet} ${epochs} ${epoch} ${seed}`;
}

/** Data sets, then half before full, long before short, ends before curves, the mean before the seeds. */
export function compareSeries(a: SeriesKey, b: SeriesKey): number {
  return (
    compareText(a.dataset, b.dataset) ||
    compareText(b.trainingSet, a.trainingSet) ||
    b.epochs - a.epochs ||
    b.epoch - a.epoch ||
    seedOrder(a.seed) - seedOrder(b.seed)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function seedOrder(seed: Seed): number {
  return seed === 'mean' ? -1 : seed;
}
