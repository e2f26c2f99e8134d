import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatasetError, sampleBatch, type Dataset } from '@gradsign/dataset';
import { datasetConformance } from '@gradsign/dataset/conformance';
import { openCifar10, openCifar100 } from './cifar';

const folders: string[] = [];
function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-'));
  folders.push(folder);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** `count` records whose label is `first` + their index and whose pixels all have that value. */
function records(count: number, first: number, coarse: number[] = []): Buffer {
  const values = Array.from({ length: count }, (_, i) => first + i);
  return Buffer.concat(values.map((value) => Buffer.from([...coarse, value, ...new Array<number>(3072).fill(value)])));
}

const pixel = (dataset: Dataset, index: number) => {
  const out = new Float32Array(3072);
  dataset.read('train', index, out, 0);
  return out[0];
};

describe('made-up records', () => {
  test('the files present are one split, in their order', () => {
    const dataset = openCifar10(folderOf({ 'data_batch_4.bin': records(3, 5), 'data_batch_2.bin': records(2, 1) }));
    expect(dataset.count('train')).toBe(5);
    expect(dataset.count('test')).toBe(0);
    expect([0, 1, 2, 3, 4].map((index) => dataset.label('train', index))).toEqual([1, 2, 5, 6, 7]);
    expect(pixel(dataset, 3)).toBeCloseTo((6 / 255 - 0.4914) / 0.2023, 5);
  });

  test('CIFAR-100 counts its fine labels', () => {
    const dataset = openCifar100(folderOf({ 'train.bin': records(4, 96, [3]) }));
    expect([0, 3].map((index) => dataset.label('train', index))).toEqual([96, 99]);
    expect(pixel(dataset, 3)).toBeCloseTo((99 / 255 - 0.4914) / 0.2023, 5);
    expect(new Set(dataset.classNames)).toMatchObject({ size: 100 });
    expect(dataset.classNames?.toSorted()).toEqual(dataset.classNames);
  });

  test('a file cut inside a record is refused with its name, size and rule', () => {
    const folder = folderOf({ 'test_batch.bin': records(2, 0).subarray(0, 6000) });
    expect(() => openCifar10(folder)).toThrow(DatasetError);
    expect(() => openCifar10(folder)).toThrow(
      `file "${folder}/test_batch.bin": has 6000 bytes, which is not a whole number of 3073-byte records`,
    );
    expect(() => openCifar10(folderOf({ 'test_batch.bin': new Uint8Array() }))).toThrow('has 0 bytes');
    expect(() => openCifar100(folderOf({ 'test.bin': records(1, 0) }))).toThrow('3074-byte records');
  });

  test('a file that shrinks after it was opened is refused when it is read', () => {
    const folder = folderOf({ 'test_batch.bin': records(2, 0) });
    const dataset = openCifar10(folder);
    writeFileSync(join(folder, 'test_batch.bin'), records(1, 0));
    expect(() => dataset.label('test', 1)).toThrow('has 3073 bytes');
  });

  test('a label outside the classes is refused with its record', () => {
    const dataset = openCifar10(folderOf({ 'test_batch.bin': records(3, 8) }));
    expect(() => dataset.label('test', 0)).toThrow('record 2 has label 10: a label is in [0, 10)');
  });

  test('a folder that is absent, or has no such file, is refused', () => {
    expect(() => openCifar10('/nowhere')).toThrow('dataDir "/nowhere": there is no such folder');
    expect(() => openCifar10(folderOf({ 'train.bin': records(1, 0) }))).toThrow('at least one of data_batch_1.bin');
  });
});

const real = resolve(__dirname, '../../../../shared/data/cifar10');
const present = existsSync(real);
if (!present) console.warn(`skipped: real CIFAR-10 records, because ${real} is absent`);

(present ? describe : describe.skip)('real CIFAR-10 records', () => {
  let opened: Dataset;
  beforeAll(() => {
    const folder = folderOf({});
    copyFileSync(join(real, 'cifar10_train_first4000.bin'), join(folder, 'data_batch_1.bin'));
    copyFileSync(join(real, 'cifar10_test_first1000.bin'), join(folder, 'test_batch.bin'));
    opened = openCifar10(folder);
  });

  describe('conformance', () => datasetConformance(() => opened));

  test('the first labels are the published ones', () => {
    const names = (split: 'train' | 'test', n: number) =>
      Array.from({ length: n }, (_, i) => opened.classNames?.[opened.label(split, i)]);
    expect(names('train', 5)).toEqual(['frog', 'truck', 'truck', 'deer', 'automobile']);
    expect(names('test', 5)).toEqual(['cat', 'ship', 'ship', 'airplane', 'frog']);
  });

  test('the corner of the first training image is the published (59, 62, 63)', () => {
    const image = new Float32Array(3072);
    opened.read('train', 0, image, 0);
    const { mean, std } = opened.normalization;
    const corner = [0, 1, 2].map((c) => (image[c * 1024] * std[c] + mean[c]) * 255);
    expect(corner.map(Math.round)).toEqual([59, 62, 63]);
  });

  test('classes are balanced and pixels have the published statistics', () => {
    const counts = new Array<number>(10).fill(0);
    const sums = [0, 0, 0];
    const n = opened.count('train');
    const image = new Float32Array(3072);
    for (let i = 0; i < n; i++) {
      counts[opened.label('train', i)]++;
      opened.read('train', i, image, 0);
      for (let j = 0; j < 3072; j++) sums[j >> 10] += image[j];
    }
    expect(n).toBe(4000);
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(60);
    // Normalised by the statistics of all 50,000 images, the mean of 4,000 of them is near 0.
    for (const sum of sums) expect(Math.abs(sum / n / 1024)).toBeLessThan(0.02);
  });

  test('golden mini-batch', () => {
    const batch = sampleBatch(opened, { split: 'train', size: 64, seed: 42 });
    expect(batch.digest).toMatchInlineSnapshot(`"4ae6b3a3bfbead5e307917c79e1db7420080957f66053cb993deb12aeae9c075"`);
  });
});
