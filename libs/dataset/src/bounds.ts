import type { Dataset, DatasetInfo, DatasetSplit } from './dataset';

/** Number of values of one image. */
export function imageSize({ imageShape: [channels, height, width] }: Pick<DatasetInfo, 'imageShape'>): number {
  return channels * height * width;
}

/** @throws RangeError unless `index` is an image of the split. */
export function checkIndex(dataset: Pick<Dataset, 'name' | 'count'>, split: DatasetSplit, index: number): void {
  const count = dataset.count(split);
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`index ${index}: the ${split} split of ${dataset.name} has ${count} images`);
  }
}

/** @throws RangeError unless one image fits into `out` from `offset` on. */
export function checkRoom(dataset: DatasetInfo, out: Float32Array, offset: number): void {
  const size = imageSize(dataset);
  if (!Number.isInteger(offset) || offset < 0 || offset + size > out.length) {
    throw new RangeError(
      `offset ${offset}: an image of ${dataset.name} has ${size} values, the array has ${out.length}`,
    );
  }
}
