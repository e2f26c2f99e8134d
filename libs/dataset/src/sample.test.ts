import { sampleBatch, DatasetError, checkIndex, checkRoom, type BatchRequest, type Dataset } from '.';
import { datasetConformance } from './conformance';

/** `count` images of 1×6×6; every pixel of image i is i + 1, its label i mod 3. */
function plain(count: number): Dataset {
  const dataset: Dataset = {
    name: 'plain',
    imageShape: [1, 6, 6],
    classes: 3,
    normalization: { mean: [0], std: [1] },
    count: (split) => (split === 'train' ? count : 0),
    label(split, index) {
      checkIndex(dataset, split, index);
      return index % 3;
    },
    read(split, index, out, offset) {
      checkIndex(dataset, split, index);
      checkRoom(dataset, out, offset);
      out.fill(index + 1, offset, offset + 36);
    },
  };
  return dataset;
}

/** Images whose pixels are the seed they are drawn with. */
function drawn(seed = 0): Dataset {
  return {
    ...plain(10),
    read: (_, __, out, offset) => void out.fill(seed, offset, offset + 36),
    seeded: (s) => drawn(Number(s)),
  };
}

const request: BatchRequest = { split: 'train', size: 4, seed: 42 };
const indices = ({ images }: { images: Float32Array }) =>
  Array.from({ length: images.length / 36 }, (_, i) => images[i * 36] - 1);

describe('conformance', () => datasetConformance(() => plain(20)));

test('a whole split is a permutation of it, with each image under its own label', () => {
  const batch = sampleBatch(plain(50), { ...request, size: 50 });
  const picked = indices(batch);
  expect(picked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(picked).not.toEqual(picked.toSorted((a, b) => a - b));
  expect([...batch.labels]).toEqual(picked.map((index) => index % 3));
});

test('every image is equally likely in every place', () => {
  const counts = Array.from({ length: 2 }, () => new Array<number>(5).fill(0));
  const n = 2000;
  for (let seed = 0; seed < n; seed++) {
    indices(sampleBatch(plain(5), { ...request, size: 2, seed })).forEach((index, place) => counts[place][index]++);
  }
  for (const place of counts) {
    const chiSquared = place.reduce((sum, count) => sum + (count - n / 5) ** 2 / (n / 5), 0);
    expect(chiSquared).toBeLessThan(18.5); // 4 degrees of freedom, p = 0.001
  }
});

test('golden values: a change here changes every score', () => {
  expect(indices(sampleBatch(plain(50_000), { ...request, size: 8 }))).toMatchInlineSnapshot(`
   [
     35205,
     40292,
     3802,
     30698,
     13760,
     36092,
     38166,
     33276,
   ]
  `);
  expect(sampleBatch(plain(100), { ...request, augment: 'crop-flip' }).digest).toMatchInlineSnapshot(
    `"7421251c99a7aa8f2da03c38982f2bbdd46f8a98885d3ffc1db6a7cb4b8aa618"`,
  );
});

test('augmentation changes pixels, not the choice of images, and keeps the prefix property', () => {
  const augmented = sampleBatch(plain(100), { ...request, size: 16, augment: 'crop-flip' });
  const plainBatch = sampleBatch(plain(100), { ...request, size: 16 });
  expect(augmented.labels).toEqual(plainBatch.labels);
  expect(augmented.digest).not.toBe(plainBatch.digest);
  for (let i = 0; i < 16; i++) {
    const pixels = new Set(augmented.images.subarray(i * 36, (i + 1) * 36));
    pixels.delete(plainBatch.images[i * 36]);
    expect([[], [-0], [0]]).toContainEqual([...pixels]);
  }
  const smaller = sampleBatch(plain(100), { ...request, size: 5, augment: 'crop-flip' });
  expect(augmented.images.subarray(0, 5 * 36)).toEqual(smaller.images);
});

test('a data set that is drawn takes the seed of the request', () => {
  expect(new Set(sampleBatch(drawn(), { ...request, seed: 7 }).images)).toEqual(new Set([7]));
});

test('a huge split costs what the batch costs', () => {
  const huge = { ...plain(2 ** 32), read: () => {}, label: () => 0 };
  expect(sampleBatch(huge, request).size).toBe(4);
});

test.each<[Partial<BatchRequest>, string]>([
  [{ size: 0 }, 'size 0: a batch size is an integer of at least 1'],
  [{ size: -3 }, 'size -3: a batch size is an integer of at least 1'],
  [{ size: 1.5 }, 'size 1.5: a batch size is an integer of at least 1'],
  [{ size: NaN }, 'size NaN: a batch size is an integer of at least 1'],
  [{ size: 101 }, 'size 101: the train split of plain has 100 images'],
  [{ split: 'test' }, 'size 4: the test split of plain has 0 images'],
  [{ seed: 0.5 }, 'seed 0.5: a seed is an integer'],
  [{ augment: 'mixup' as 'none' }, 'augment "mixup": an augmentation is one of none, crop-flip'],
])('refused: %j', (change, message) => {
  expect(() => sampleBatch(plain(100), { ...request, ...change })).toThrow(DatasetError);
  expect(() => sampleBatch(plain(100), { ...request, ...change })).toThrow(message);
});

test('a batch that would not fit into memory is refused', () => {
  expect(() => sampleBatch(plain(2 ** 32), { ...request, size: 2 ** 31 })).toThrow(
    'size 2147483648: a batch of plain has at most 7456540 images (1 GiB)',
  );
});
