import { checkIndex, checkRoom, imageSize, type Dataset, type DatasetInfo } from '@gradsign/dataset';
import { Random, Stream } from '@gradsign/random';

/** More images than anybody draws: training and test split of a noise data set have this many. */
const COUNT = 2 ** 32;

/** Facts of a noise data set. Its images are normalised as they come, so that the normalisation is (0, 1). */
export function noiseInfo(base: DatasetInfo): DatasetInfo {
  const channels = base.imageShape[0];
  return {
    ...base,
    name: `noise:${base.name}`,
    normalization: { mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(1) },
  };
}

/**
 * Gaussian images N(0, 1) with uniformly random labels, in another data set's shape and classes: what data-free
 * scores use. Image and label depend on (seed, split, index) alone; `sampleBatch` draws with the seed of its request.
 */
export function noiseDataset(base: DatasetInfo, seed: number | bigint = 0): Dataset {
  const info = noiseInfo(base);
  const dataset: Dataset = {
    ...info,
    count: (split) => (split === 'validation' ? 0 : COUNT),
    label(split, index) {
      checkIndex(dataset, split, index);
      return new Random(Stream.of(seed, 'noise', split, index, 'label')).int(info.classes);
    },
    read(split, index, out, offset) {
      checkIndex(dataset, split, index);
      checkRoom(dataset, out, offset);
      const image = out.subarray(offset, offset + imageSize(info));
      Stream.of(seed, 'noise', split, index, 'image').fillNormal(image, 0, 1);
    },
    seeded: (other) => noiseDataset(base, other),
  };
  return dataset;
}
