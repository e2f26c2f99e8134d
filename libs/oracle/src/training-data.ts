import type { Dataset } from '@gradsign/dataset';
import { openDataset } from '@gradsign/datasets';
import { prepareData, type TrainingData } from '@gradsign/training';
import type { TrainTask } from './task';

let kept: { readonly key: string; readonly data: TrainingData } | undefined;

/** The images of a training, normalised and scaled. The last ones are kept for trainings on the same images. */
export function trainingData({ dataset, files, settings }: TrainTask): TrainingData {
  const { trainSamples, validationSamples, testSamples, imageSize } = settings;
  const key = JSON.stringify([dataset, files, trainSamples, validationSamples, testSamples, imageSize]);
  if (kept?.key !== key) {
    // Forgotten first: both may not fit into memory.
    kept = undefined;
    const opened = openDataset(dataset, {
      dataDir: files.dataDir,
      npy: files.npy && new Map([[dataset.slice('npy:'.length), files.npy]]),
    });
    const counts = { train: trainSamples + validationSamples, test: testSamples };
    kept = { key, data: prepareData(dataset.startsWith('noise:') ? first(opened, counts) : opened, settings) };
  }
  return kept.data;
}

/** The first images of a data set of noise, which has 2³², too many to draw from without replacement. */
function first(dataset: Dataset, counts: Readonly<Record<'train' | 'test', number>>): Dataset {
  return { ...dataset, count: (split) => counts[split] };
}
