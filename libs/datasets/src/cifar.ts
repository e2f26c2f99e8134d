import { join } from 'node:path';
import { DatasetError, type Dataset, type DatasetInfo } from '@gradsign/dataset';
import { cifar10, cifar100 } from './facts';
import { checkDataDir, fileSize, readBytes } from './files';
import { lazy } from './lazy';
import { pixelDataset, type LabelledPixels } from './pixel-dataset';

const PIXELS = 3 * 32 * 32;

/** Records of label bytes, then 1,024 red, 1,024 green and 1,024 blue bytes. */
interface RecordFormat {
  readonly info: DatasetInfo;
  readonly labelBytes: number;
  readonly train: readonly string[];
  readonly test: readonly string[];
}

/**
 * CIFAR-10 in its binary version: any of `data_batch_1.bin` … `data_batch_5.bin` (the training split, in this order)
 * and `test_batch.bin`, each a whole number of records of 3,073 bytes. A file is loaded when one of its images or
 * labels is first needed.
 * @throws DatasetError for a folder without any of these files, and a file that ends inside a record.
 */
export function openCifar10(dataDir: string): Dataset {
  return openCifar(dataDir, {
    info: cifar10,
    labelBytes: 1,
    train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
    test: ['test_batch.bin'],
  });
}

/**
 * CIFAR-100 in its binary version: `train.bin`, `test.bin` or both, with records of 3,074 bytes: the coarse label,
 * the fine label (which is the one that counts), the pixels. Errors as for {@link openCifar10}.
 */
export function openCifar100(dataDir: string): Dataset {
  return openCifar(dataDir, { info: cifar100, labelBytes: 2, train: ['train.bin'], test: ['test.bin'] });
}

function openCifar(dataDir: string, format: RecordFormat): Dataset {
  checkDataDir(dataDir);
  const split = (names: readonly string[]) => {
    const files = names.map((name) => openRecords(join(dataDir, name), format));
    return chain(files.filter((file) => file !== undefined));
  };
  const splits = { train: split(format.train), test: split(format.test) };
  if (splits.train.count() + splits.test.count() === 0) {
    const names = [...format.train, ...format.test].join(', ');
    throw new DatasetError('dataDir', dataDir, `the folder of ${format.info.name} has at least one of ${names}`);
  }
  return pixelDataset(format.info, [32, 32], splits);
}

/** The records of one file, undefined where it is absent. The last label byte is the one that counts. */
function openRecords(path: string, { info: { classes }, labelBytes }: RecordFormat): LabelledPixels | undefined {
  const size = fileSize(path);
  if (size === undefined) return undefined;
  const recordBytes = labelBytes + PIXELS;
  const sizeError = (bytes: number) =>
    new DatasetError('file', path, `has ${bytes} bytes, which is not a whole number of ${recordBytes}-byte records`);
  if (size === 0 || size % recordBytes !== 0) throw sizeError(size);
  const count = size / recordBytes;
  const labelAt = (index: number) => index * recordBytes + labelBytes - 1;
  const bytes = lazy(() => {
    const content = readBytes(path);
    if (content.length !== size) throw sizeError(content.length);
    for (let index = 0; index < count; index++) {
      const label = content[labelAt(index)];
      if (label >= classes) {
        throw new DatasetError('file', path, `record ${index} has label ${label}: a label is in [0, ${classes})`);
      }
    }
    return content;
  });
  return {
    count: () => count,
    label: (index) => bytes()[labelAt(index)],
    pixels: (index) => bytes().subarray(labelAt(index) + 1, labelAt(index) + 1 + PIXELS),
  };
}

/** Several files as one, one after the other. */
function chain(files: readonly LabelledPixels[]): LabelledPixels {
  const locate = (index: number): [LabelledPixels, number] => {
    let rest = index;
    const file = files.find((candidate) => {
      if (rest < candidate.count()) return true;
      rest -= candidate.count();
      return false;
    });
    if (file === undefined) throw new RangeError(`index ${index}: there are ${index - rest} records`);
    return [file, rest];
  };
  return {
    count: () => files.reduce((sum, file) => sum + file.count(), 0),
    label: (index) => {
      const [file, rest] = locate(index);
      return file.label(rest);
    },
    pixels: (index) => {
      const [file, rest] = locate(index);
      return file.pixels(rest);
    },
  };
}
