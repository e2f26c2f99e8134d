import { createHash } from 'node:crypto';
import {
  checkIndex,
  checkRoom,
  DatasetError,
  imageSize,
  labelledImages,
  type Dataset,
  type DatasetInfo,
} from '@gradsign/dataset';
import { readBytes } from './files';
import { readImages, readLabels } from './npy-batch';

/** A data set of a user's own, as two .npy files: one entry of a registry. */
export interface NpyFiles {
  /** Path of the images [N, C, H, W], float32, already normalised. */
  readonly inputs: string;
  /** Path of the labels [N], int64 or uint8. */
  readonly labels: string;
  readonly classes: number;
  readonly classNames?: readonly string[];
}

/**
 * The data set in a user's arrays: all images are the training split. The normalisation is (0, 1).
 * @throws DatasetError for files that cannot be read, or that break a rule of `batchFromNpy`.
 */
export function openNpyDataset(name: string, { inputs, labels, classes, classNames }: NpyFiles): Dataset {
  if (!Number.isInteger(classes) || classes < 2) {
    throw new DatasetError('classes', classes, `${name} needs at least 2 classes`);
  }
  if (classNames !== undefined && classNames.length !== classes) {
    throw new DatasetError(
      'classNames.length',
      classNames.length,
      `${name} needs one name for each of ${classes} classes`,
    );
  }
  const [inputBytes, labelBytes] = [readBytes(inputs), readBytes(labels)];
  const images = readImages(inputBytes);
  const [count, channels, height, width] = images.shape;
  const info: DatasetInfo = {
    name,
    imageShape: [channels, height, width],
    classes,
    classNames,
    normalization: { mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(1) },
  };
  const checked = labelledImages(info, images.data, readLabels(labelBytes, count));
  const size = imageSize(info);
  const dataset: Dataset = {
    ...info,
    digest: digestOf(inputBytes, labelBytes, JSON.stringify([classes, classNames])),
    count: (split) => (split === 'train' ? count : 0),
    label(split, index) {
      checkIndex(dataset, split, index);
      return checked.labels[index];
    },
    read(split, index, out, offset) {
      checkIndex(dataset, split, index);
      checkRoom(dataset, out, offset);
      out.set(checked.images.subarray(index * size, (index + 1) * size), offset);
    },
  };
  return dataset;
}

/** SHA-256 over the SHA-256 of each part. */
function digestOf(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(createHash('sha256').update(part).digest());
  return hash.digest('hex');
}
