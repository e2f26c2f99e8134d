import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Split, TrainingSet, type EvaluationSettings, type SearchSpec } from '@gradsign/contracts';
import { searchSpace } from '@gradsign/search-spaces';
import { gradsign } from './product';
import { cifar10 } from './requests';

const MAPPING = {
  space: 'nas-bench-201',
  architecture: 'arch',
  evaluations: [
    {
      dataset: 'cifar10',
      trainingSet: 'half',
      epochs: 12,
      seed: 'mean',
      measures: { validAccuracy: 'valid', testAccuracy: 'test', trainSeconds: 'seconds' },
    },
  ],
};

/** Imports a table of made-up accuracies as a user would; by default for every architecture of the space. */
export async function importTable(home: string, name: string, architectures = everyArchitecture()): Promise<void> {
  const lines = architectures.map((text, i) => `${text},${20 + (i % 6100) / 100},${10 + (i % 7000) / 100},${40 + i}`);
  writeFileSync(join(home, `${name}.csv`), ['arch,valid,test,seconds', ...lines, ''].join('\n'));
  writeFileSync(join(home, `${name}.json`), JSON.stringify(MAPPING));
  const files = [join(home, `${name}.csv`), '--columns', join(home, `${name}.json`)];
  const { code, stderr } = await gradsign(home, 'benchmark', 'import', 'csv', ...files, '--name', name);
  if (code !== 0) throw new Error(stderr);
}

function everyArchitecture(): string[] {
  const space = searchSpace('nas-bench-201');
  return [...space.enumerate!()].map((architecture) => space.format(architecture));
}

/** The validation accuracy of such a table. */
export const tableSettings: EvaluationSettings = {
  dataset: cifar10,
  trainingSet: TrainingSet.TRAINING_SET_HALF,
  epochs: { value: { $case: 'count', value: 12 } },
  split: Split.SPLIT_VALID,
  seed: { value: { $case: 'meanOverSeeds', value: true } },
  epoch: 0,
};

/** Rewards from such a table. */
export function fromTable(benchmark: string): SearchSpec['evaluation'] {
  return { $case: 'benchmark', value: { benchmark, reward: tableSettings } };
}
