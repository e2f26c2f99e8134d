/** Folders decoded by worker processes. They run the build in dist/: `tsc -b libs/datasets` first (as `npm test` does). */
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetError, sampleBatch, type Dataset } from '@gradsign/dataset';
import { datasetConformance } from '@gradsign/dataset/conformance';
import sharp from 'sharp';
import { openDataset } from '../open-dataset';
import { Decoders } from './decoders';
import { FIGURES, figureFile, writeFigures, writeFiles } from '../drawn-images';
import type { ImageFolder } from './image-folder';
import { prepareImageFolder } from './prepare';
import { Problems } from './problems';
import { rawPng } from '../raw-png';

const root = mkdtempSync(join(tmpdir(), 'prepare-'));
afterAll(() => rmSync(root, { recursive: true }));
const cacheDir = join(root, 'cache');
const figures = join(root, 'figures');
beforeAll(() => writeFigures(figures, 20));

let steps: [number, number][] = [];
async function open(folder: ImageFolder): Promise<Dataset> {
  steps = [];
  const onProgress = (...step: [number, number]) => void steps.push(step);
  const file = await prepareImageFolder(folder, { cacheDir, workers: 2, onProgress });
  return openDataset('folder:mine', { folders: new Map([['mine', file]]) });
}
/** A copy of the figures. */
function copy(name: string): string {
  cpSync(figures, join(root, name), { recursive: true });
  return join(root, name);
}
const refusal = async (folder: ImageFolder) => {
  const error = await open(folder).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as Error).message;
};

describe('conformance', () => {
  let dataset: Dataset;
  beforeAll(async () => (dataset = await open({ path: figures })));
  datasetConformance(() => dataset);
});

test('a folder is a data set whose normalisation is that of its training images', async () => {
  const dataset = await open({ path: figures });
  expect(dataset).toMatchObject({ name: 'folder:mine', imageShape: [3, 32, 32], classes: 3, classNames: FIGURES });
  expect((['train', 'validation', 'test'] as const).map(dataset.count)).toEqual([48, 12, 0]);
  const batch = sampleBatch(dataset, { split: 'train', size: 48, seed: 1 });
  expect([0, 1, 2].map((label) => batch.labels.filter((other) => other === label).length)).toEqual([16, 16, 16]);
  for (const c of [0, 1, 2]) {
    const values = batch.images.filter((_, i) => Math.floor(i / 1024) % 3 === c);
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length).toBeCloseTo(1, 3);
  }
});

test('images are decoded once; what was changed is decoded again', async () => {
  const path = copy('changing');
  const first = await open({ path });
  expect(steps.at(-1)).toEqual([120, 120]);
  expect(steps.every(([done], i) => i === 0 || done > steps[i - 1][0])).toBe(true);
  expect((await open({ path })).digest).toBe(first.digest);
  expect(steps).toEqual([]);

  // Another size is another file; the first one stays.
  const small = await open({ path, imageSize: [8, 12], channels: 1 });
  expect(small.imageShape).toEqual([1, 8, 12]);
  expect(small.preparation).toMatch(/to cover a width of 12 and a height of 8, cropped in the middle, grey as 0.299 R/);
  await open({ path });
  expect(steps).toEqual([]);

  // Names and places of files do not matter, only what is in them.
  renameSync(join(path, 'disc/0.png'), join(path, 'disc/zero'));
  const renamed = await open({ path });
  expect(steps.at(-1)).toEqual([120, 120]);
  expect(renamed.digest).toBe(first.digest);
  expect((await open({ path: copy('elsewhere') })).digest).toBe(first.digest);

  writeFileSync(join(path, 'disc/zero'), await figureFile('disc', 77));
  const changed = await open({ path });
  expect(changed.digest).not.toBe(first.digest);
  expect(await prepareImageFolder({ path }, { cacheDir, workers: 1 })).toMatch(/^.*\/cache\/[0-9a-f]{32}\.pixels$/);
});

test('a cache that was deleted or damaged is made again', async () => {
  const path = copy('damaged');
  const { digest } = await open({ path });
  const file = await prepareImageFolder({ path }, { cacheDir });
  writeFileSync(file, 'no pixels');
  expect((await open({ path })).digest).toBe(digest);
  rmSync(cacheDir, { recursive: true });
  expect((await open({ path })).digest).toBe(digest);
  expect(readdirSync(cacheDir)).toHaveLength(1);
});

test('parts are the splits', async () => {
  const path = join(root, 'parts');
  for (const part of ['train', 'validation', 'test']) cpSync(figures, join(path, part), { recursive: true });
  rmSync(join(path, 'test/disc'), { recursive: true });
  const dataset = await open({ path });
  expect((['train', 'validation', 'test'] as const).map(dataset.count)).toEqual([60, 60, 40]);
  expect(dataset.label('test', 0)).toBe(1);
});

test('grey images give one channel', async () => {
  const path = join(root, 'grey');
  const files = [1, 2, 3, 4].map(async (i) => {
    const bytes = await sharp(await figureFile(i % 2 ? 'disc' : 'frame', i))
      .toColourspace('b-w')
      .png()
      .toBuffer();
    writeFiles(path, { [`${i % 2}/${i}.png`]: bytes });
  });
  await Promise.all(files);
  expect((await open({ path })).imageShape).toEqual([1, 32, 32]);
  expect((await open({ path, channels: 3 })).imageShape).toEqual([3, 32, 32]);
  writeFiles(path, { '1/colour.png': await figureFile('disc', 9) });
  expect((await open({ path })).imageShape).toEqual([3, 32, 32]);
});

test('every file that is no image is told of by name, the first ten of them', async () => {
  const path = copy('hostile');
  const jpeg = await figureFile('disc', 1, { format: 'jpeg' });
  writeFiles(path, {
    'disc/a.txt': Buffer.from('not an image'),
    'disc/b.jpg': jpeg.subarray(0, 40),
    'disc/bomb.png': rawPng({ width: 50_000, height: 50_000, rows: [new Uint8Array(9)] }),
  });
  const message = await refusal({ path });
  expect(message).toMatch(
    /^folder ".*hostile": cannot be used as it is: "disc\/a.txt" is neither a PNG nor a JPEG image/,
  );
  expect(message).toMatch(
    /; "disc\/b.jpg" is not a whole JPEG image \(.*\); "disc\/bomb.png" has 50000×50000 pixels; an/,
  );

  // A file whose header is sound shows what it is when it is decoded.
  const cut = copy('cut');
  writeFiles(
    cut,
    Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`frame/c${i + 10}`, jpeg.subarray(0, 700 + i)])),
  );
  const told = await refusal({ path: cut });
  expect(told).toMatch(/: "frame\/c10" is not a whole JPEG image .*; "frame\/c19" is .*; and 3 more$/);
  // Nothing of it is kept.
  expect(readdirSync(cacheDir).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('images without differences, and options that no images have, are refused', async () => {
  const black = rawPng({ width: 8, height: 8, rows: new Array<Uint8Array>(8).fill(new Uint8Array(24)) });
  const other = rawPng({ width: 9, height: 8, rows: new Array<Uint8Array>(8).fill(new Uint8Array(27)) });
  const path = join(root, 'black');
  for (const name of ['a', 'b']) writeFiles(path, { [`${name}/1`]: black, [`${name}/2`]: other });
  expect(await refusal({ path })).toContain('all pixels of the training images have the same value in a channel');
  writeFiles(path, { 'c/1': black, 'c/2': black });
  expect(await refusal({ path })).toContain('"c" needs two different images');
  expect(await refusal({ path, imageSize: [8, 2000] })).toBe(
    'imageSize [8,2000]: height and width are whole numbers from 4 to 1024',
  );
  expect(await refusal({ path, channels: 2 as 1 })).toBe('channels 2: images have 1 channel (grey) or 3 (RGB)');
  await expect(prepareImageFolder({ path }, { cacheDir: 'relative' })).rejects.toThrow(RangeError);
});

test('a file that ends the process which reads it is a problem like any other', async () => {
  const module = join(root, 'crashing.js');
  const pool = require.resolve('@gradsign/compute-pool').replace('/src/index.ts', '/dist/index.js');
  writeFileSync(
    module,
    `require(${JSON.stringify(pool)}).serveTasks({ inspect: ({ paths }) => paths.map((path) => {
      if (path.endsWith('7')) process.kill(process.pid, 'SIGSEGV');
      return { value: { sha256: path, height: 1, width: 1, grey: true } };
    }) });`,
  );
  const problems = new Problems('/images');
  const decoders = new Decoders({ root: '/images', size: 2, files: 40, problems, workerModule: module });
  try {
    const files = Array.from({ length: 40 }, (_, i) => ({ path: `a/${i}`, label: 0, stamp: '' }));
    const sound: string[] = [];
    await decoders.inspect(files, (some) => sound.push(...some.map(({ path }) => path)));
    expect(sound.sort()).toEqual(
      files
        .map(({ path }) => path)
        .filter((path) => !path.endsWith('7'))
        .sort(),
    );
    expect(() => problems.throwIfAny()).toThrow(
      'folder "/images": cannot be used as it is: "a/17" ended the process that read it (SIGSEGV); "a/27" ended the process that read it (SIGSEGV); "a/37" ended the process that read it (SIGSEGV); "a/7" ended',
    );
  } finally {
    await decoders.close();
  }
});
