import { Random, Stream } from '@gradsign/random';
import { AUGMENTATIONS, cropFlip, drawCropFlip, type Augmentation } from './augmentation';
import { batchOf } from './batch';
import { imageSize } from './bounds';
import type { Batch, Dataset, DatasetSplit } from './dataset';
import { DatasetError } from './dataset-error';

/** Values in the largest batch: 1 GiB of float32. */
export const MAX_BATCH_VALUES = 2 ** 28;

/** Which mini-batch: together with the data set, this determines every bit of it. */
export interface BatchRequest {
  readonly split: DatasetSplit;
  /** Number of images. */
  readonly size: number;
  readonly seed: number | bigint;
  /** Default: `none`. */
  readonly augment?: Augmentation;
}

/**
 * The mini-batch of a seed: the first `size` images of a seeded permutation of the split, so that a larger batch
 * starts with the smaller ones. Image i of the batch is augmented by a stream of its own.
 * @throws DatasetError naming the field of the request that breaks a rule.
 */
export function sampleBatch(dataset: Dataset, { split, size, seed, augment = 'none' }: BatchRequest): Batch {
  const source = atSeed(dataset, seed);
  checkSize(source, split, size);
  if (!AUGMENTATIONS.includes(augment)) {
    throw new DatasetError('augment', augment, `an augmentation is one of ${AUGMENTATIONS.join(', ')}`);
  }
  const stream = Stream.of(seed, 'batch');
  const values = imageSize(source);
  const images = new Float32Array(size * values);
  const labels = permutationStart(source.count(split), size, new Random(stream)).map((index, i) => {
    source.read(split, index, images, i * values);
    if (augment === 'crop-flip') {
      const image = images.subarray(i * values, (i + 1) * values);
      cropFlip(image, source, drawCropFlip(stream.child('augmentation', i)));
    }
    return source.label(split, index);
  });
  return batchOf(source, images, labels);
}

function atSeed(dataset: Dataset, seed: number | bigint): Dataset {
  if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    throw new DatasetError('seed', seed, 'a seed is an integer; above 2^53 it is given as a bigint');
  }
  return dataset.seeded?.(seed) ?? dataset;
}

function checkSize(dataset: Dataset, split: DatasetSplit, size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new DatasetError('size', size, 'a batch size is an integer of at least 1');
  }
  const count = dataset.count(split);
  if (size > count) {
    throw new DatasetError('size', size, `the ${split} split of ${dataset.name} has ${count} images`);
  }
  const largest = Math.floor(MAX_BATCH_VALUES / imageSize(dataset));
  if (size > largest) {
    throw new DatasetError('size', size, `a batch of ${dataset.name} has at most ${largest} images (1 GiB)`);
  }
}

/** The first `size` entries of a random permutation of 0…count−1 (Fisher–Yates that keeps only what it moved). */
function permutationStart(count: number, size: number, random: Random): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: size }, (_, i) => {
    const j = i + random.int(count - i);
    const picked = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    return picked;
  });
}
