import type { Dataset, DatasetInfo } from '@gradsign/dataset';
import { pixelDataset, type LabelledPixels } from '../pixel-dataset';
import { PixelFile } from './pixel-file';

/**
 * The data set of a folder of images.
 * @param file from `prepareImageFolder`
 * @throws DatasetError where the file is gone or damaged
 */
export function openFolderDataset(name: string, file: string): Dataset {
  const pixelFile = new PixelFile(file);
  const { imageShape, classNames, counts, normalization, preparation, digest } = pixelFile.header;
  const info: DatasetInfo = { name, imageShape, classes: classNames.length, classNames, normalization, preparation };
  const part = (first: number, count: number): LabelledPixels => ({
    count: () => count,
    label: (index) => pixelFile.labels[first + index],
    pixels: (index) => pixelFile.read(first + index),
  });
  const { train, validation, test } = counts;
  const splits = {
    train: part(0, train),
    validation: part(train, validation),
    test: part(train + validation, test),
  };
  return { ...pixelDataset(info, [imageShape[1], imageShape[2]], splits), digest };
}
