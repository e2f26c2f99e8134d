import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatasetError } from '@gradsign/dataset';
import { datasetConformance } from '@gradsign/dataset/conformance';
import { readIdx } from './idx';
import { openMnist } from './mnist';

const dataset = openMnist();

describe('conformance', () => datasetConformance(() => dataset));

test('the published sizes and first labels', () => {
  expect([dataset.count('train'), dataset.count('test')]).toEqual([60_000, 10_000]);
  expect([0, 1, 2, 3, 4].map((index) => dataset.label('train', index))).toEqual([5, 0, 4, 1, 9]);
  expect([0, 1, 2, 3, 4].map((index) => dataset.label('test', index))).toEqual([7, 2, 1, 0, 4]);
});

test('the published number of training images of each digit', () => {
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 60_000; i++) counts[dataset.label('train', i)]++;
  expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
});

test('the border is normalised black; without it, pixels have mean 0 and deviation 1', () => {
  const image = new Float32Array(1024);
  const black = Math.fround((0 - 0.1307) / 0.3081);
  const n = 10_000;
  let [sum, squares, wrongBorder] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    dataset.read('test', i, image, 0);
    for (let y = 0; y < 32; y++) {
      for (let x = 0; x < 32; x++) {
        const value = image[y * 32 + x];
        const inside = y >= 2 && y < 30 && x >= 2 && x < 30;
        if (inside) {
          sum += value;
          squares += value * value;
        } else if (value !== black) wrongBorder++;
      }
    }
  }
  const mean = sum / (n * 784);
  expect(wrongBorder).toBe(0);
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(Math.sqrt(squares / (n * 784) - mean ** 2) - 1)).toBeLessThan(0.02);
});

test('reading an image overwrites the border of a used array', () => {
  const used = new Float32Array(1024).fill(9);
  const fresh = new Float32Array(1024);
  dataset.read('train', 0, used, 0);
  dataset.read('train', 0, fresh, 0);
  expect(used).toEqual(fresh);
});

describe('a folder of IDX files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mnist-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const idx = (shape: number[], data: number[]) => {
    const bytes = Buffer.alloc(4 + 4 * shape.length + data.length);
    bytes.writeUInt32BE(0x800 + shape.length, 0);
    shape.forEach((extent, axis) => bytes.writeUInt32BE(extent, 4 + 4 * axis));
    bytes.set(data, 4 + 4 * shape.length);
    return bytes;
  };
  const images = (count: number) => idx([count, 28, 28], new Array<number>(count * 784).fill(255));
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);

  test('is read, compressed or not, and checked', () => {
    expect(() => openMnist(folder)).toThrow('the folder of mnist has train-images-idx3-ubyte or');
    write('train-images-idx3-ubyte.gz', gzipSync(images(2)));
    write('train-labels-idx1-ubyte', idx([2], [3, 9]));
    write('t10k-images-idx3-ubyte', images(2));
    write('t10k-labels-idx1-ubyte.gz', gzipSync(idx([3], [3, 9, 1])));
    const small = openMnist(folder);
    const image = new Float32Array(1024);
    small.read('train', 1, image, 0);
    expect(image[500]).toBeCloseTo((1 - 0.1307) / 0.3081, 5);
    expect(() => small.read('test', 1, image, 0)).toThrow('has shape [2,28,28], its 3 labels need [3,28,28]');
    write('train-labels-idx1-ubyte', idx([2], [3, 10]));
    expect(() => openMnist(folder).label('train', 0)).toThrow('label 1 is 10: a label is in [0, 10)');
  });

  test.each<[Uint8Array, string]>([
    [idx([2], [1, 2]).subarray(0, 7), 'file "f": has 7 bytes, an IDX header of rank 1 has 8'],
    [idx([2], [1, 2]).subarray(0, 9), 'file "f": has 9 bytes, its shape [2] needs 10'],
    [idx([2], [1, 2, 3]), 'file "f": has 11 bytes, its shape [2] needs 10'],
    [idx([2, 1], [1, 2]), 'file "f": starts with 0x00000802, an IDX file of bytes of rank 1 with 0x00000801'],
    [gzipSync(idx([2], [1, 2])).subarray(0, 15), 'file "f": cannot be decompressed'],
  ])('a file that is not what it should be is refused: %#', (bytes, message) => {
    expect(() => readIdx(bytes, 1, 'f')).toThrow(DatasetError);
    expect(() => readIdx(bytes, 1, 'f')).toThrow(message);
  });
});
