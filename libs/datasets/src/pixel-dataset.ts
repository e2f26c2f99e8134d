import { checkIndex, checkRoom, type Dataset, type DatasetInfo, type DatasetSplit } from '@gradsign/dataset';

/** Labelled images as bytes, one a colour value. */
export interface LabelledPixels {
  count(): number;
  label(index: number): number;
  /** The C·h·w bytes of an image, channel by channel, row by row. */
  pixels(index: number): Uint8Array;
}

/**
 * A data set over byte images of h×w = `extent`. Smaller images than the data set's are centred on black, and then
 * normalised: the border is (0 − mean) / std.
 */
export function pixelDataset(
  info: DatasetInfo,
  extent: readonly [number, number],
  splits: Readonly<Partial<Record<DatasetSplit, LabelledPixels>>>,
): Dataset {
  const { mean, std } = info.normalization;
  /** Per channel, the normalised value of each byte. */
  const tables = mean.map((_, c) => Float32Array.from({ length: 256 }, (__, byte) => (byte / 255 - mean[c]) / std[c]));
  const [channels, height, width] = info.imageShape;
  const [rows, columns] = extent;
  const top = (height - rows) / 2;
  const left = (width - columns) / 2;

  const dataset: Dataset = {
    ...info,
    count: (split) => splits[split]?.count() ?? 0,
    label(split, index) {
      checkIndex(dataset, split, index);
      return splits[split]!.label(index);
    },
    read(split, index, out, offset) {
      checkIndex(dataset, split, index);
      checkRoom(dataset, out, offset);
      const pixels = splits[split]!.pixels(index);
      for (let c = 0, source = 0; c < channels; c++) {
        const table = tables[c];
        const plane = offset + c * height * width;
        if (rows < height || columns < width) out.fill(table[0], plane, plane + height * width);
        for (let y = 0; y < rows; y++) {
          const row = plane + (top + y) * width + left;
          for (let x = 0; x < columns; x++) out[row + x] = table[pixels[source++]];
        }
      }
    },
  };
  return dataset;
}
