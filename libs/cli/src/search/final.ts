import {
  BuiltinDataset,
  formatDataset,
  ServiceError,
  Split,
  TrainingSet,
  type Benchmark,
  type Dataset,
  type OracleApi,
  type Search,
} from '@gradsign/contracts';

/** Accuracies in percent of the best architecture, by data set; null where the benchmark or training has none. */
export type Final = Readonly<Record<string, { readonly valid: number | null; readonly test: number | null }>>;

/**
 * The final accuracies of a search's best architecture. From a benchmark: after its longest training, mean over seeds;
 * CIFAR-10's validation accuracy is of the half training set, the one that holds validation images out, and its test
 * accuracy of the full one. From real training: those of the training that gave the reward.
 */
export async function finalAccuracies(oracle: OracleApi, search: Search): Promise<Final> {
  const { evaluation } = search.spec!;
  const best = search.bestTrial;
  if (!best) return {};
  if (evaluation?.$case === 'training') {
    const name = formatDataset(evaluation.value.dataset, 'dataset');
    return { [name]: { valid: best.reward ?? null, test: best.testAccuracy ?? null } };
  }
  if (evaluation?.$case !== 'benchmark') return {};
  const { benchmark } = await oracle.getBenchmark({ benchmark: evaluation.value.benchmark });
  const entries = datasetsOf(benchmark!).map(async (dataset) => {
    const cifar10 =
      dataset.source?.$case === 'builtin' && dataset.source.value === BuiltinDataset.BUILTIN_DATASET_CIFAR10;
    const half = cifar10 ? TrainingSet.TRAINING_SET_HALF : TrainingSet.TRAINING_SET_FULL;
    const accuracy = (trainingSet: TrainingSet, split: Split) =>
      lookUp(oracle, benchmark!.id, best.architecture, dataset, trainingSet, split);
    const valid = await accuracy(half, Split.SPLIT_VALID);
    const test = await accuracy(TrainingSet.TRAINING_SET_FULL, Split.SPLIT_TEST);
    return [formatDataset(dataset, 'dataset'), { valid, test }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function datasetsOf({ coverage }: Benchmark): Dataset[] {
  return [...new Map(coverage.map(({ dataset }) => [formatDataset(dataset, 'dataset'), dataset!])).values()];
}

async function lookUp(
  oracle: OracleApi,
  benchmark: string,
  architecture: string,
  dataset: Dataset,
  trainingSet: TrainingSet,
  split: Split,
): Promise<number | null> {
  const settings = {
    dataset,
    trainingSet,
    epochs: { value: { $case: 'final', value: true } },
    split,
    seed: { value: { $case: 'meanOverSeeds', value: true } },
    epoch: 0,
  } as const;
  try {
    return (await oracle.getEvaluation({ benchmark, architecture, settings })).evaluation!.accuracy;
  } catch (error) {
    // The benchmark has no such combination.
    if (error instanceof ServiceError && error.code === 'FAILED_PRECONDITION') return null;
    throw error;
  }
}
