import { checkIndex, DATASET_SPLITS, imageSize, sampleBatch, type Dataset, type DatasetSplit } from '.';

const UNWRITTEN = 12345.5;

/**
 * Declares, inside a Jest `describe` block, the tests that every data set passes. `open` is called once, when the
 * first of them runs.
 */
export function datasetConformance(open: () => Dataset): void {
  let opened: Dataset | undefined;
  const dataset = () => (opened ??= open());
  const splits = () => DATASET_SPLITS.filter((split) => dataset().count(split) > 0);
  const readAlone = (split: DatasetSplit, index: number, from = dataset()) => {
    const out = new Float32Array(imageSize(from));
    from.read(split, index, out, 0);
    return out;
  };

  test('its facts fit together', () => {
    const { imageShape, classes, classNames, normalization } = dataset();
    for (const extent of imageShape) expect(extent).toBeGreaterThanOrEqual(1);
    expect(classes).toBeGreaterThanOrEqual(2);
    expect(classNames === undefined || new Set(classNames).size === classes).toBe(true);
    expect([normalization.mean.length, normalization.std.length]).toEqual([imageShape[0], imageShape[0]]);
    expect(normalization.std.every((std) => std > 0)).toBe(true);
    expect(splits()).not.toEqual([]);
  });

  test('counts are integers in [0, 2^32]', () => {
    for (const split of DATASET_SPLITS) {
      const count = dataset().count(split);
      expect(Number.isInteger(count) && count >= 0 && count <= 2 ** 32).toBe(true);
    }
  });

  test('labels are integers in [0, classes)', () => {
    for (const split of splits()) {
      for (const index of spread(dataset().count(split), 500)) {
        const label = dataset().label(split, index);
        expect(Number.isInteger(label) && label >= 0 && label < dataset().classes).toBe(true);
      }
    }
  });

  test('reading an image writes C·H·W finite values and nothing else', () => {
    for (const split of splits()) {
      const size = imageSize(dataset());
      const out = new Float32Array(size + 10).fill(UNWRITTEN);
      dataset().read(split, 0, out, 7);
      expect([...out.subarray(0, 7), ...out.subarray(7 + size)]).toEqual(new Array(10).fill(UNWRITTEN));
      const image = out.subarray(7, 7 + size);
      expect(image.includes(UNWRITTEN)).toBe(false);
      expect(image.every(Number.isFinite)).toBe(true);
    }
  });

  test('reading does not depend on what was read before', () => {
    for (const split of splits()) {
      const indices = spread(dataset().count(split), 5);
      const forward = indices.map((index) => readAlone(split, index));
      const backward = indices.toReversed().map((index) => readAlone(split, index));
      expect(backward.reverse()).toEqual(forward);
    }
  });

  test('indices outside a split, and arrays that are too short, are refused', () => {
    for (const split of DATASET_SPLITS) {
      const count = dataset().count(split);
      for (const index of [-1, count, 0.5, NaN]) {
        expect(() => checkIndex(dataset(), split, index)).toThrow(RangeError);
        expect(() => dataset().label(split, index)).toThrow(RangeError);
        expect(() => readAlone(split, index)).toThrow(RangeError);
      }
    }
    for (const offset of [1, -1]) {
      const out = new Float32Array(imageSize(dataset()));
      expect(() => dataset().read(splits()[0], 0, out, offset)).toThrow(RangeError);
    }
  });

  test('a mini-batch is fixed by its request, and starts the larger ones', () => {
    for (const split of splits()) {
      const size = Math.min(8, dataset().count(split));
      const batch = sampleBatch(dataset(), { split, size, seed: 1 });
      expect(sampleBatch(dataset(), { split, size, seed: 1 })).toEqual(batch);
      const half = sampleBatch(dataset(), { split, size: Math.ceil(size / 2), seed: 1 });
      expect(batch.images.subarray(0, half.images.length)).toEqual(half.images);
      expect(batch.labels.subarray(0, half.size)).toEqual(half.labels);
    }
  });

  test('a data set that is drawn by seed is the same for the same seed only', () => {
    if (dataset().seeded === undefined) return;
    const image = (seed: number) => readAlone('train', 3, dataset().seeded?.(seed));
    expect(image(5)).toEqual(image(5));
    expect(image(5)).not.toEqual(image(6));
  });
}

/** Up to `n` indices from the first to the last. */
function spread(count: number, n: number): number[] {
  const length = Math.min(n, count);
  return Array.from({ length }, (_, i) => Math.round((i * (count - 1)) / Math.max(1, length - 1)));
}
