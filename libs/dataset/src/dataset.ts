/** Normalisation of an image channel: (value/255 − mean) / std. One entry a channel. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What is fixed by naming a data set, images or not. */
export interface DatasetInfo {
  /** The name a request uses: `cifar10`, `mnist`, `noise:cifar10`, … */
  readonly name: string;
  /** Channels, height, width, after padding. */
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  readonly classNames?: readonly string[];
  readonly normalization: Normalization;
  /** How an image of one's own becomes one of this data set: for who uses a network that was trained on it. */
  readonly preparation?: string;
}

/** `validation` is empty where images for validation are to be held out of `train`. */
export type DatasetSplit = 'train' | 'validation' | 'test';

export const DATASET_SPLITS: readonly DatasetSplit[] = ['train', 'validation', 'test'];

/** Labelled images that can be read by index. Reading is deterministic. */
export interface Dataset extends DatasetInfo {
  /** Lower-case hex SHA-256 of images and labels, where the name does not say which they are: a user's own. */
  readonly digest?: string;
  /** Number of images in a split, at most 2³²; 0 when the split is absent. */
  count(split: DatasetSplit): number;
  /** @throws RangeError when the index is outside the split. */
  label(split: DatasetSplit, index: number): number;
  /**
   * Writes image `index`, normalised, as C·H·W float32 values at `out[offset…]`.
   * @throws RangeError when the index is outside the split, or the image does not fit into `out`.
   */
  read(split: DatasetSplit, index: number, out: Float32Array, offset: number): void;
  /**
   * Where images are drawn at random instead of stored: the same data set drawn with `seed`. Absent where the images
   * are the same for every seed.
   */
  seeded?(seed: number | bigint): Dataset;
}

/** A mini-batch: images [N, C, H, W] float32, normalised, and one label an image. */
export interface Batch {
  readonly dataset: string;
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  readonly size: number;
  readonly images: Float32Array;
  readonly labels: Int32Array;
  /** Lower-case hex SHA-256 of: shape as four little-endian uint32, the images' bytes, the labels as little-endian int64. */
  readonly digest: string;
}
