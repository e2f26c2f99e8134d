import { sampleBatch, type Dataset } from '@gradsign/dataset';
import { datasetConformance } from '@gradsign/dataset/conformance';
import { openDataset } from './open-dataset';

describe.each(['cifar10', 'imagenet16-120', 'mnist'])('noise:%s', (base) => {
  datasetConformance(() => openDataset(`noise:${base}`));
});

const noise = openDataset('noise:cifar100');

test('it has the shape and classes of its base, and values that are normalised already', () => {
  expect(noise).toMatchObject({ name: 'noise:cifar100', imageShape: [3, 32, 32], classes: 100 });
  expect(noise.normalization).toEqual({ mean: [0, 0, 0], std: [1, 1, 1] });
});

test('pixels are N(0, 1) and labels uniform', () => {
  const cifar10 = openDataset('noise:cifar10').seeded?.(3) as Dataset;
  const images = new Float32Array(32 * 3072);
  for (let i = 0; i < 32; i++) cifar10.read('train', i, images, i * 3072);
  const moment = (k: number) => images.reduce((sum, value) => sum + value ** k, 0) / images.length;
  expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(images.length));
  expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / images.length));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / images.length));
  const size = 2000;
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < size; i++) counts[cifar10.label('train', i)]++;
  const chiSquared = counts.reduce((sum, count) => sum + (count - size / 10) ** 2 / (size / 10), 0);
  expect(chiSquared).toBeLessThan(27.9); // 9 degrees of freedom, p = 0.001
});

test('batches follow the seed of the request; splits and images differ', () => {
  const digest = (seed: number, split: 'train' | 'test' = 'train') =>
    sampleBatch(noise, { split, size: 4, seed }).digest;
  expect(digest(1)).toBe(digest(1));
  expect(new Set([digest(1), digest(2), digest(1, 'test')]).size).toBe(3);
  const { images } = sampleBatch(noise, { split: 'train', size: 2, seed: 1 });
  expect(images.subarray(0, 3072)).not.toEqual(images.subarray(3072));
});

test('golden mini-batch: a change here changes every data-free score', () => {
  const batch = sampleBatch(openDataset('noise:cifar10'), { split: 'train', size: 8, seed: 42 });
  expect([...batch.labels]).toMatchInlineSnapshot(`
   [
     6,
     5,
     5,
     9,
     1,
     1,
     7,
     5,
   ]
  `);
  expect([...batch.images.subarray(0, 3)]).toMatchInlineSnapshot(`
   [
     1.9834668636322021,
     -0.06646447628736496,
     1.4325708150863647,
   ]
  `);
});
