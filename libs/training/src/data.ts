import { DatasetError, type Dataset, type DatasetSplit } from '@gradsign/dataset';
import { Random, Stream } from '@gradsign/random';
import { TrainerSettingsError, type TrainerSettings } from './settings';

/** Images [count, C, H, W], normalised and scaled, with their labels. */
export interface ImageSet {
  readonly split: DatasetSplit;
  /** Which images of the split. */
  readonly indices: readonly number[];
  readonly count: number;
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** The three disjoint parts of the data that a training works on. */
export interface TrainingData {
  readonly dataset: Dataset;
  /** Channels, height and width after scaling. */
  readonly imageShape: readonly [number, number, number];
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
}

/**
 * Reads the images of a training. Which images are training and which validation images does not depend on the
 * training's seed, so that trainings with different seeds are compared on the same images: both are the first ones of
 * one permutation of the training split.
 * @throws TrainerSettingsError where the data set has too few images, or the image size does not divide its own.
 */
export function prepareData(dataset: Dataset, settings: TrainerSettings): TrainingData {
  const { trainSamples, validationSamples, testSamples, imageSize } = settings;
  const [channels, height, width] = dataset.imageShape;
  if (imageSize < 1 || height % imageSize !== 0 || width !== height) {
    throw new TrainerSettingsError(
      'imageSize',
      imageSize,
      `it must divide ${dataset.name}'s ${height}×${width} pixels`,
    );
  }
  const available = dataset.count('train');
  if (trainSamples + validationSamples > available) {
    throw new TrainerSettingsError(
      'trainSamples',
      trainSamples,
      `with ${validationSamples} validation images it exceeds the ${available} images of ${dataset.name}'s training split`,
    );
  }
  if (testSamples > dataset.count('test')) {
    throw new TrainerSettingsError(
      'testSamples',
      testSamples,
      `${dataset.name} has ${dataset.count('test')} test images`,
    );
  }
  const order = permutation(available, 'train');
  const read = (split: DatasetSplit, indices: readonly number[]) => readImages(dataset, split, indices, imageSize);
  return {
    dataset,
    imageShape: [channels, imageSize, imageSize],
    validation: read('train', order.slice(0, validationSamples)),
    train: read('train', order.slice(validationSamples, validationSamples + trainSamples)),
    test: read('test', permutation(dataset.count('test'), 'test').slice(0, testSamples)),
  };
}

function permutation(count: number, split: DatasetSplit): number[] {
  const indices = Array.from({ length: count }, (_, i) => i);
  return new Random(Stream.of(0, 'training', split)).shuffle(indices);
}

function readImages(dataset: Dataset, split: DatasetSplit, indices: readonly number[], size: number): ImageSet {
  const [channels, height, width] = dataset.imageShape;
  const factor = height / size;
  const full = new Float32Array(channels * height * width);
  const images = new Float32Array(indices.length * channels * size * size);
  indices.forEach((index, i) => {
    dataset.read(split, index, full, 0);
    averagePool(full, channels, width, factor, images.subarray(i * channels * size * size));
  });
  const labels = Int32Array.from(indices, (index) => dataset.label(split, index));
  const wrong = labels.find((label) => label >= dataset.classes);
  if (wrong !== undefined) throw new DatasetError('label', wrong, `a label is an integer in [0, ${dataset.classes})`);
  return { split, indices, count: indices.length, images, labels };
}

/** Scales square images [C, width, width] down by an integer factor. */
function averagePool(from: Float32Array, channels: number, width: number, factor: number, to: Float32Array): void {
  const size = width / factor;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        let sum = 0;
        for (let dy = 0; dy < factor; dy++) {
          const row = (c * width + y * factor + dy) * width + x * factor;
          for (let dx = 0; dx < factor; dx++) sum += from[row + dx];
        }
        to[(c * size + y) * size + x] = sum / (factor * factor);
      }
    }
  }
}
