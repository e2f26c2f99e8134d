import { createHash } from 'node:crypto';
import { imageSize } from './bounds';
import type { Batch, DatasetInfo } from './dataset';
import { DatasetError } from './dataset-error';

/** What a batch takes over from its data set. */
export type BatchInfo = Pick<DatasetInfo, 'name' | 'imageShape' | 'classes'>;

/** Images [N, C, H, W] and their N labels, checked. */
export type LabelledImages = Pick<Batch, 'images' | 'labels'>;

/** SHA-256 that identifies a batch, in the encoding of {@link Batch.digest}. */
export function batchDigest({ imageShape, images, labels }: Pick<Batch, 'imageShape' | 'images' | 'labels'>): string {
  const shape = Uint32Array.of(labels.length, ...imageShape);
  const wideLabels = BigInt64Array.from(labels, (label) => BigInt(label));
  const hash = createHash('sha256');
  for (const part of [shape, images, wideLabels]) hash.update(part);
  return hash.digest('hex');
}

/**
 * The batch of the given images, [N, C, H, W] and already normalised. The images are not copied.
 * @throws DatasetError as {@link labelledImages} does.
 */
export function batchOf(info: BatchInfo, images: Float32Array, labels: ArrayLike<number | bigint>): Batch {
  const checked = labelledImages(info, images, labels);
  return {
    dataset: info.name,
    imageShape: info.imageShape,
    classes: info.classes,
    size: labels.length,
    ...checked,
    digest: batchDigest({ imageShape: info.imageShape, ...checked }),
  };
}

/**
 * @throws DatasetError for no images at all, a number of values that is not N·C·H·W, a value that is not finite, and
 * a label outside [0, classes).
 */
export function labelledImages(
  { imageShape, classes }: Pick<DatasetInfo, 'imageShape' | 'classes'>,
  images: Float32Array,
  labels: ArrayLike<number | bigint>,
): LabelledImages {
  if (labels.length === 0) throw new DatasetError('size', 0, 'a batch has at least one image');
  const values = labels.length * imageSize({ imageShape });
  if (images.length !== values) {
    throw new DatasetError(
      'images.length',
      images.length,
      `${labels.length} labels and images of shape [${imageShape.join()}] need ${values} values`,
    );
  }
  const bad = images.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DatasetError(`images[${bad}]`, images[bad], 'every value is finite');
  return { images, labels: Int32Array.from(labels, (label, i) => checkLabel(label, i, classes)) };
}

function checkLabel(label: number | bigint, index: number, classes: number): number {
  const value = Number(label);
  if (!Number.isInteger(value) || value < 0 || value >= classes) {
    throw new DatasetError(`labels[${index}]`, label, `a label is an integer in [0, ${classes})`);
  }
  return value;
}
