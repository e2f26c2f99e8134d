import { connectOracle } from '@gradsign/client';
import { BuiltinDataset, Split, TrainingSet, type EvaluationSettings } from '@gradsign/contracts';
import { gradsign } from './product';
import { sharedData } from './paths';

/** Id that the compiled NAS-Bench-201 table has once it is imported. */
export const NB201 = 'nas-bench-201-v1.0';

/** Imports the compiled NAS-Bench-201 table into a state folder. @throws Skipped where the table is absent. */
export async function importNb201(home: string): Promise<void> {
  const file = sharedData('nas-bench-201', 'nb201.csv.gz');
  const name = ['--name', 'nas-bench-201'];
  await gradsign(home, [
    'benchmark',
    'import',
    'csv',
    file,
    '--columns',
    'nb201-compiled',
    ...name,
    '--format',
    'json',
  ]);
}

/** CIFAR-10 test accuracy after the published training on all training images, the mean over its seeds. */
export const CIFAR10_TEST: EvaluationSettings = {
  dataset: { source: { $case: 'builtin', value: BuiltinDataset.BUILTIN_DATASET_CIFAR10 } },
  trainingSet: TrainingSet.TRAINING_SET_FULL,
  epochs: { value: { $case: 'final', value: true } },
  split: Split.SPLIT_TEST,
  seed: { value: { $case: 'meanOverSeeds', value: true } },
  epoch: 0,
};

/** Accuracy in percent by architecture, from an oracle that has the table. */
export async function nb201Accuracies(address: string): Promise<Map<string, number>> {
  const oracle = connectOracle({ address });
  try {
    const found = new Map<string, number>();
    for await (const answer of oracle.api.streamEvaluations({ benchmark: NB201, settings: CIFAR10_TEST })) {
      for (const { architecture, accuracy } of answer.evaluations) found.set(architecture, accuracy);
    }
    return found;
  } finally {
    oracle.close();
  }
}
