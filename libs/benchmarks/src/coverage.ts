import { SPLIT_NAMES, SPLITS } from './measures';
import type { EvaluationSelection, Split, TrainingSet } from './query';
import { seriesId, type SeriesEntry } from './series';

/** One line of what a benchmark has. */
export interface Coverage {
  readonly dataset: string;
  readonly trainingSet: TrainingSet;
  readonly epochs: number;
  readonly epoch: number;
  readonly split: Split;
  /** Seeds of trainings with values of their own, ascending; empty when only the mean is known. */
  readonly seeds: readonly number[];
  /** Whether the mean over the trainings is known. */
  readonly mean: boolean;
  /** Architectures that have a value: the mean, or one with the first seed where there is no mean. */
  readonly architectures: number;
  /** The highest accuracy in percent among those, and the index of the first architecture that has it. */
  readonly best: { readonly accuracy: number; readonly index: number };
  /** How the values were derived, where they are not plain measurements. */
  readonly note?: string;
}

/** Every combination that the series answer, in their order. */
export function coverageOf(series: readonly SeriesEntry[]): Coverage[] {
  const trainings = new Map<string, SeriesEntry[]>();
  for (const entry of series) {
    const id = seriesId({ ...entry, seed: 'mean' });
    trainings.set(id, [...(trainings.get(id) ?? []), entry]);
  }
  return [...trainings.values()].flatMap((group) => SPLIT_NAMES.flatMap((split) => coverageLine(group, split) ?? []));
}

function coverageLine(group: readonly SeriesEntry[], split: Split): Coverage | undefined {
  const measure = SPLITS[split].accuracy;
  const having = group.filter(({ measures }) => measures[measure]);
  if (having.length === 0) {
    return undefined;
  }
  // The mean comes first in the order of series.
  const [{ dataset, trainingSet, epochs, epoch, measures }] = having;
  const { count, best, note } = measures[measure]!;
  return {
    dataset,
    trainingSet,
    epochs,
    epoch,
    split,
    seeds: having.flatMap(({ seed }) => (seed === 'mean' ? [] : [seed])),
    mean: having.some(({ seed }) => seed === 'mean'),
    architectures: count,
    best: { accuracy: best!.value, index: best!.architecture },
    ...(note !== undefined && { note }),
  };
}

/** A sentence on what was asked for and what there is instead. */
export function unavailability(benchmark: string, asked: EvaluationSelection, coverage: readonly Coverage[]): string {
  const { dataset, trainingSet, epochs, epoch, split, seed } = asked;
  const own = coverage.filter((line) => line.dataset === dataset);
  if (own.length === 0) {
    const datasets = [...new Set(coverage.map((line) => line.dataset))];
    return `${benchmark} does not have the data set ${JSON.stringify(dataset)}: it has ${datasets.join(', ')}`;
  }
  const length = epochs === 'final' ? 'the longest training' : `${epochs} epochs`;
  const training = `${dataset}, training set ${trainingSet}, ${length}`;
  const after = epoch === undefined ? '' : `, after ${epoch} of them`;
  const lines = ends(own).map(phrase);
  return (
    `${benchmark} does not have ${training}${after}, split ${split}, seed ${seed}: ` +
    `for ${dataset} it has ${lines.join('; ')}`
  );
}

/** Curves are told by their last line only, which comes first. */
function ends(coverage: readonly Coverage[]): Coverage[] {
  const lines = new Map<string, Coverage>();
  for (const line of coverage) {
    const id = `${line.trainingSet} ${line.epochs} ${line.split}`;
    lines.set(id, lines.get(id) ?? line);
  }
  return [...lines.values()];
}

function phrase({ trainingSet, epochs, epoch, split, seeds, mean }: Coverage): string {
  const which = [...(mean ? ['mean'] : []), ...(seeds.length > 0 ? [`seeds ${seeds.join(', ')}`] : [])];
  const after = epoch === epochs ? '' : ` after ${epoch}`;
  return `${trainingSet} ${epochs} epochs${after} ${split} (${which.join(' and ')})`;
}
