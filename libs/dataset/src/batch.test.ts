import { createHash } from 'node:crypto';
import { batchOf, DatasetError, type BatchInfo } from '.';

const info: BatchInfo = { name: 'tiny', imageShape: [1, 1, 2], classes: 3 };
const images = Float32Array.of(0.5, -1, 2, 0);

test('a batch carries its data set, its arrays and its digest', () => {
  const batch = batchOf(info, images, [2, 0]);
  expect(batch).toMatchObject({ dataset: 'tiny', size: 2, classes: 3, imageShape: [1, 1, 2] });
  expect(batch.images).toBe(images);
  expect([...batch.labels]).toEqual([2, 0]);
});

test('the digest is SHA-256 of shape, images and wide labels, byte by byte', () => {
  const bytes = Buffer.alloc(16 + 16 + 16);
  [2, 1, 1, 2].forEach((extent, i) => bytes.writeUInt32LE(extent, 4 * i));
  images.forEach((value, i) => bytes.writeFloatLE(value, 16 + 4 * i));
  [2n, 0n].forEach((label, i) => bytes.writeBigInt64LE(label, 32 + 8 * i));
  expect(batchOf(info, images, [2, 0]).digest).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('labels may be 64-bit integers', () => {
  expect(batchOf(info, images, [2n, 0n])).toEqual(batchOf(info, images, [2, 0]));
});

test.each([
  [Float32Array.of(), [], 'size 0: a batch has at least one image'],
  [images, [1], 'images.length 4: 1 labels and images of shape [1,1,2] need 2 values'],
  [images, [0, 3], 'labels[1] 3: a label is an integer in [0, 3)'],
  [images, [-1, 0], 'labels[0] -1: a label is an integer in [0, 3)'],
  [images, [0, 1.5], 'labels[1] 1.5: a label is an integer in [0, 3)'],
  [images, [0n, 2n ** 62n], 'labels[1] 4611686018427387904: a label is an integer in [0, 3)'],
  [Float32Array.of(0, 1, NaN, 0), [0, 1], 'images[2] NaN: every value is finite'],
  [Float32Array.of(0, Infinity), [0], 'images[1] Infinity: every value is finite'],
])('refused: %#', (values, labels: (number | bigint)[], message) => {
  expect(() => batchOf(info, values, labels)).toThrow(DatasetError);
  expect(() => batchOf(info, values, labels)).toThrow(message);
});

test('a long value is cut in the message', () => {
  const { message } = new DatasetError('name', 'x'.repeat(5000), 'too long');
  expect(message.length).toBeLessThan(130);
});
