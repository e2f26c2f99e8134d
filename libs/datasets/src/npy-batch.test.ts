import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchOf, DatasetError } from '@gradsign/dataset';
import { datasetConformance } from '@gradsign/dataset/conformance';
import { float32, int64, tensor, zeros } from '@gradsign/onnx';
import { cifar10, mnist } from './facts';
import { writeNpy, type NpyDataType } from './npy';
import { batchFromNpy } from './npy-batch';
import { openDataset } from './open-dataset';
import type { NpyFiles } from './npy-dataset';
import type { Tensor } from '@gradsign/onnx';

const pixels = Float32Array.from({ length: 2 * 3072 }, (_, i) => Math.sin(i));
const images = writeNpy(float32(pixels, [2, 3, 32, 32]));
const labels = writeNpy(int64([9, 0]));

test('a batch of the given arrays', () => {
  const batch = batchFromNpy(images, labels, cifar10);
  expect(batch).toEqual(batchOf(cifar10, pixels, [9, 0]));
  expect(batchFromNpy(images, writeNpy(tensor('uint8', [2], Uint8Array.of(9, 0))), cifar10)).toEqual(batch);
});

const given = (dtype: NpyDataType, ...shape: number[]) => writeNpy(zeros(dtype, shape) as Tensor<NpyDataType>);

test.each<[Uint8Array, Uint8Array, string]>([
  [given('float64', 2, 3, 32, 32), labels, 'inputs.dtype "float64": images are float32'],
  [given('uint8', 2, 3, 32, 32), labels, 'inputs.dtype "uint8": images are float32'],
  [given('float32', 2, 3072), labels, 'inputs.shape [2,3072]: images have shape [N,C,H,W]'],
  [given('float32', 0, 3, 32, 32), labels, 'inputs.shape [0,3,32,32]: images have shape [N,C,H,W] with at least one'],
  [given('float32', 2, 32, 32, 3), labels, 'inputs.shape [2,32,32,3]: images of cifar10 have shape [N,3,32,32]'],
  [images, given('int32', 2), 'labels.dtype "int32": labels are int64 or uint8'],
  [images, given('int64', 3), 'labels.shape [3]: 2 images need labels of shape [2]'],
  [images, given('int64', 2, 1), 'labels.shape [2,1]: 2 images need labels of shape [2]'],
  [images, writeNpy(int64([0, 10])), 'labels[1] 10: a label is an integer in [0, 10)'],
  [images, writeNpy(int64([-1, 0])), 'labels[0] -1: a label is an integer in [0, 10)'],
  [writeNpy(float32(pixels.with(5, NaN), [2, 3, 32, 32])), labels, 'images[5] NaN: every value is finite'],
  [images.subarray(0, 500), labels, 'inputs.shape [2,3,32,32]: this shape of float32 has 24576 bytes'],
  [images, labels.subarray(0, 5), 'labels.length 5: the bytes do not start with the magic'],
])('refused: %#', (inputs, given, message) => {
  expect(() => batchFromNpy(inputs, given, cifar10)).toThrow(DatasetError);
  expect(() => batchFromNpy(inputs, given, cifar10)).toThrow(message);
});

test('the shape is that of the data set', () => {
  expect(() => batchFromNpy(images, labels, mnist)).toThrow('images of mnist have shape [N,1,32,32]');
});

describe('registered arrays', () => {
  const folder = mkdtempSync(join(tmpdir(), 'npy-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const files: NpyFiles = { inputs: join(folder, 'x.npy'), labels: join(folder, 'y.npy'), classes: 10 };
  const open = (change: Partial<NpyFiles> = {}) =>
    openDataset('npy:mine', { npy: new Map([['mine', { ...files, ...change }]]) });
  writeFileSync(files.inputs, images);
  writeFileSync(files.labels, labels);

  datasetConformance(open);

  test('are the training split, as they are', () => {
    const dataset = open();
    expect(dataset).toMatchObject({ name: 'npy:mine', imageShape: [3, 32, 32], classes: 10 });
    expect([dataset.count('train'), dataset.count('test'), dataset.label('train', 0)]).toEqual([2, 0, 9]);
    const out = new Float32Array(3072);
    dataset.read('train', 1, out, 0);
    expect(out).toEqual(pixels.subarray(3072));
  });

  test.each<[Partial<NpyFiles>, string]>([
    [{ classes: 9 }, 'labels[0] 9: a label is an integer in [0, 9)'],
    [{ classes: 1 }, 'classes 1: npy:mine needs at least 2 classes'],
    [{ classNames: ['a'] }, 'classNames.length 1: npy:mine needs one name for each of 10 classes'],
    [{ inputs: '/nowhere.npy' }, 'file "/nowhere.npy": cannot be read (ENOENT)'],
    [{ labels: files.inputs }, 'labels.dtype "float32": labels are int64 or uint8'],
  ])('refused: %j', (change, message) => {
    expect(() => open(change)).toThrow(DatasetError);
    expect(() => open(change)).toThrow(message);
  });
});
