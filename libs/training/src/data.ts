import { DatasetError, type Dataset, type DatasetSplit } from '@gradsign/dataset';
import { Random, Stream } from '@gradsign/random';
import { scaledShape, type ImageShape } from './scaling';
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
  readonly imageShape: ImageShape;
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
}

/** The split that validation images come from: one of their own, or the training split, which they are held out of. */
export function validationSource(dataset: Pick<Dataset, 'count'>): 'validation' | 'train' {
  return dataset.count('validation') > 0 ? 'validation' : 'train';
}

/**
 * Reads the images of a training. Which images are training and which validation images does not depend on the
 * training's seed, so that trainings with different seeds are compared on the same images. Each part is the beginning
 * of a permutation of its split; where validation images are held out of the training split, they come first.
 * @throws TrainerSettingsError where the data set has too few images, or the image size does not divide its own.
 */
export function prepareData(dataset: Dataset, settings: TrainerSettings): TrainingData {
  const { trainSamples, validationSamples, testSamples, imageSize } = settings;
  const imageShape = scaledShape(dataset.imageShape, imageSize);
  if (imageShape === undefined) {
    const [, height, width] = dataset.imageShape;
    const rule = `it must be the height of ${dataset.name}'s ${height}×${width} pixels after division by a whole number`;
    throw new TrainerSettingsError('imageSize', imageSize, rule);
  }
  const source = validationSource(dataset);
  const heldOut = source === 'train' ? validationSamples : 0;
  checkSamples(dataset, 'validationSamples', validationSamples, source);
  checkSamples(dataset, 'trainSamples', trainSamples, 'train', heldOut);
  checkSamples(dataset, 'testSamples', testSamples, 'test');
  const read = (split: DatasetSplit, from: number, count: number) => {
    const indices = permutation(dataset.count(split), split).slice(from, from + count);
    return readImages(dataset, split, indices, imageShape);
  };
  return {
    dataset,
    imageShape,
    validation: read(source, 0, validationSamples),
    train: read('train', heldOut, trainSamples),
    test: read('test', 0, testSamples),
  };
}

function checkSamples(
  dataset: Dataset,
  field: 'trainSamples' | 'validationSamples' | 'testSamples',
  samples: number,
  split: DatasetSplit,
  heldOut = 0,
): void {
  const available = dataset.count(split);
  if (samples + heldOut <= available) return;
  const beside = heldOut === 0 ? '' : `, ${heldOut} of which are held out for validation`;
  throw new TrainerSettingsError(
    field,
    samples,
    `the ${split} split of ${dataset.name} has ${available} images${beside}`,
  );
}

function permutation(count: number, split: DatasetSplit): number[] {
  const indices = Array.from({ length: count }, (_, i) => i);
  return new Random(Stream.of(0, 'training', split)).shuffle(indices);
}

function readImages(
  dataset: Dataset,
  split: DatasetSplit,
  indices: readonly number[],
  [channels, rows, columns]: ImageShape,
): ImageSet {
  const [, height, width] = dataset.imageShape;
  const full = new Float32Array(channels * height * width);
  const size = channels * rows * columns;
  const images = new Float32Array(indices.length * size);
  indices.forEach((index, i) => {
    dataset.read(split, index, full, 0);
    averagePool(full, dataset.imageShape, height / rows, images.subarray(i * size, (i + 1) * size));
  });
  const labels = Int32Array.from(indices, (index) => dataset.label(split, index));
  const wrong = labels.find((label) => label >= dataset.classes);
  if (wrong !== undefined) throw new DatasetError('label', wrong, `a label is an integer in [0, ${dataset.classes})`);
  return { split, indices, count: indices.length, images, labels };
}

/** Scales an image [C, H, W] down by an integer factor. */
function averagePool(
  from: Float32Array,
  [channels, height, width]: ImageShape,
  factor: number,
  to: Float32Array,
): void {
  let next = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y += factor) {
      for (let x = 0; x < width; x += factor) {
        let sum = 0;
        for (let dy = 0; dy < factor; dy++) {
          const row = (c * height + y + dy) * width + x;
          for (let dx = 0; dx < factor; dx++) sum += from[row + dx];
        }
        to[next++] = sum / (factor * factor);
      }
    }
  }
}
