import { DatasetError } from '@gradsign/dataset';
import { DATASET_NAMES, datasetInfo, openDataset, type NpyFiles } from '.';

test('fixed facts by name', () => {
  const facts = DATASET_NAMES.map((name) => datasetInfo(name)).map(({ name, imageShape, classes }) => [
    name,
    imageShape.join('×'),
    classes,
  ]);
  expect(facts).toEqual([
    ['cifar10', '3×32×32', 10],
    ['cifar100', '3×32×32', 100],
    ['imagenet16-120', '3×16×16', 120],
    ['mnist', '1×32×32', 10],
    ['noise:cifar10', '3×32×32', 10],
    ['noise:cifar100', '3×32×32', 100],
    ['noise:imagenet16-120', '3×16×16', 120],
    ['noise:mnist', '1×32×32', 10],
  ]);
  expect(datasetInfo('imagenet16-120').normalization.mean[0]).toBeCloseTo(0.481, 3);
});

test('class names are in the order of the labels', () => {
  expect(datasetInfo('cifar10').classNames?.[6]).toBe('frog');
  expect([0, 19, 48, 99].map((label) => datasetInfo('cifar100').classNames?.[label])).toEqual([
    'apple',
    'cattle',
    'motorcycle',
    'worm',
  ]);
});

const npy = new Map<string, NpyFiles>([['mine', { inputs: 'x', labels: 'y', classes: 2 }]]);
const folders = new Map([['pets', '/nowhere/pets.pixels']]);
const known = 'is not a data set; known: cifar10, cifar100, imagenet16-120, mnist, noise:cifar10';

test.each(['', 'cifar', 'CIFAR10', 'noise:', 'noise:noise:mnist', 'npy:', 'npy:other', 'folder:flowers', 'toString'])(
  'unknown: "%s"',
  (name) => {
    expect(() => datasetInfo(name)).toThrow(DatasetError);
    expect(() => openDataset(name, { npy, folders })).toThrow(`dataset ${JSON.stringify(name)}: ${known}`);
    expect(() => openDataset(name, { npy, folders })).toThrow(/noise:mnist, npy:mine, folder:pets$/);
  },
);

test('a data folder is given where it is needed, and only there', () => {
  expect(() => openDataset('cifar10')).toThrow('dataDir undefined: cifar10 needs the folder of its binary files');
  expect(() => openDataset('cifar100')).toThrow('cifar100 needs the folder');
  expect(() => openDataset('noise:mnist', { dataDir: '/data' })).toThrow('dataDir "/data": noise:mnist takes no data');
  expect(() => openDataset('npy:mine', { npy, dataDir: '/data' })).toThrow('npy:mine takes no data folder');
  expect(() => openDataset('folder:pets', { folders, dataDir: '/data' })).toThrow('folder:pets takes no data folder');
  expect(() => openDataset('folder:pets', { folders })).toThrow('file "/nowhere/pets.pixels": cannot be read (ENOENT)');
  expect(() => openDataset('imagenet16-120')).toThrow('its images are given as arrays (npy)');
  expect(openDataset('mnist').count('test')).toBe(10_000);
});
