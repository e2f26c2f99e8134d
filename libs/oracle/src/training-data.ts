import { DatasetError, type Dataset, type DatasetSplit } from '@gradsign/dataset';
import { openDataset } from '@gradsign/datasets';
import { prepareData, type TrainingData } from '@gradsign/training';
import type { TrainTask } from './task';

let kept: { readonly key: string; readonly data: TrainingData } | undefined;

/**
 * The images of a training, normalised and scaled. The last ones are kept for trainings on the same images.
 * @throws DatasetError where they are not those that were asked for.
 */
export function trainingData({ dataset, datasetDigest, files, settings }: TrainTask): TrainingData {
  const { trainSamples, validationSamples, testSamples, imageSize } = settings;
  const key = JSON.stringify([dataset, datasetDigest, files, trainSamples, validationSamples, testSamples, imageSize]);
  if (kept?.key !== key) {
    // Forgotten first: both may not fit into memory.
    kept = undefined;
    const opened = openDataset(dataset, {
      dataDir: files.dataDir,
      npy: files.npy && new Map([[dataset.slice('npy:'.length), files.npy]]),
      folders: files.folder === undefined ? undefined : new Map([[dataset.slice('folder:'.length), files.folder]]),
    });
    if (opened.digest !== datasetDigest) {
      throw new DatasetError(
        'file',
        dataset,
        'its images have changed since they were first read; a new process reads them anew',
      );
    }
    const counts = { train: trainSamples + validationSamples, validation: 0, test: testSamples };
    kept = { key, data: prepareData(dataset.startsWith('noise:') ? first(opened, counts) : opened, settings) };
  }
  return kept.data;
}

/** The first images of a data set of noise, which has 2³², too many to draw from without replacement. */
function first(dataset: Dataset, counts: Readonly<Record<DatasetSplit, number>>): Dataset {
  return { ...dataset, count: (split) => counts[split] };
}
