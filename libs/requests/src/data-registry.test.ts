/** Folders are decoded by worker processes, which run the build in dist/: `tsc -b libs/requests` first. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceError } from '@gradsign/contracts';
import { writeNpy } from '@gradsign/datasets';
import { writeFigures, writeFiles } from '@gradsign/datasets/drawn-images';
import { readDataRegistry, type DataRegistryOptions } from './data-registry';
import { DataSources } from './data-sources';
import { readDatasetsFile } from './datasets-file';

const root = mkdtempSync(join(tmpdir(), 'registry-'));
afterAll(() => rmSync(root, { recursive: true }));
const figures = join(root, 'figures');
const bad = join(root, 'bad');
beforeAll(async () => {
  await writeFigures(figures, 4);
  await writeFigures(bad, 2);
  writeFiles(bad, { 'disc/notes.txt': Buffer.from('notes') });
  writeFileSync(join(root, 'x.npy'), writeNpy({ dtype: 'float32', shape: [4, 1, 8, 8], data: new Float32Array(256) }));
  writeFileSync(join(root, 'y.npy'), writeNpy({ dtype: 'uint8', shape: [4], data: Uint8Array.of(0, 1, 0, 1) }));
});

const read = async (options: Partial<DataRegistryOptions>) =>
  new DataSources(await readDataRegistry({ cacheDir: join(root, 'cache'), workers: 1, ...options }));
function list(entries: unknown): string {
  const path = join(root, 'lists', `${Math.random()}.json`);
  mkdirSync(join(root, 'lists'), { recursive: true });
  writeFileSync(path, typeof entries === 'string' ? entries : JSON.stringify(entries));
  return path;
}
function refusal(work: () => unknown): ServiceError {
  try {
    work();
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error('it is not refused');
}

test('folders come from flags and from the file, whose paths are relative to it', async () => {
  const steps: string[] = [];
  const sources = await read({
    dataDirs: new Map([
      ['folder:plain', figures],
      ['mnist', '/somewhere'],
    ]),
    datasetsFile: list({
      'folder:small': { path: '../figures', imageSize: 16, channels: 1 },
      'folder:oblong': { path: '../figures', imageSize: [8, 12] },
      'npy:mine': { inputs: '../x.npy', labels: '../y.npy', classes: 2, classNames: ['a', 'b'] },
    }),
    onProgress: (dataset, done, total) => done === total && steps.push(`${dataset} ${total}`),
  });
  const names = ['folder:plain', 'folder:small', 'folder:oblong', 'npy:mine'];
  expect(sources.names()).toEqual(expect.arrayContaining([...names, 'mnist', 'noise:cifar10']));
  expect(names.map((name) => sources.info(name, 'f').imageShape)).toEqual([
    [3, 32, 32],
    [1, 16, 16],
    [3, 8, 12],
    [1, 8, 8],
  ]);
  expect(sources.open('npy:mine', 'f')).toMatchObject({
    classNames: ['a', 'b'],
    digest: expect.stringMatching(/^\w{64}$/),
  });
  expect(steps).toEqual(['folder:plain 24', 'folder:small 24', 'folder:oblong 24']);
  expect(sources.infos().map(({ name }) => name)).toEqual(sources.names());
});

test('a folder that cannot be used is told of at the start, and to who asks for it; the rest can be used', async () => {
  const told: string[] = [];
  const sources = await read({
    dataDirs: new Map([
      ['folder:bad', bad],
      ['folder:good', figures],
      ['folder:none', join(root, 'none')],
    ]),
    onUnreadable: (dataset, { message }) => told.push(`${dataset}: ${message}`),
  });
  expect(told).toEqual([
    expect.stringMatching(
      /^folder:bad: folder ".*bad": cannot be used as it is: "disc\/notes.txt" is neither a PNG nor/,
    ),
    expect.stringMatching(/^folder:none: folder ".*none": there is no such folder$/),
  ]);
  expect(refusal(() => sources.open('folder:bad', 'data'))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'DATASET_UNREADABLE',
    message: expect.stringMatching(/^data: folder:bad cannot be read: folder ".*bad": cannot be used as it is: "disc/),
  });
  expect(refusal(() => sources.open('folder:other', 'data'))).toMatchObject({ reason: 'DATASET_NOT_REGISTERED' });
  expect(
    sources
      .infos()
      .map(({ name }) => name)
      .filter((name) => name.startsWith('folder:')),
  ).toEqual(['folder:good']);
  expect(sources.names()).toContain('folder:bad');
});

test('a cache whose file is gone is told as what it is', async () => {
  const sources = await read({ dataDirs: new Map([['folder:gone', figures]]), cacheDir: join(root, 'gone') });
  rmSync(join(root, 'gone'), { recursive: true });
  expect(refusal(() => sources.open('folder:gone', 'data'))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringMatching(/^data: folder:gone cannot be read: file ".*\.pixels": cannot be read \(ENOENT\)$/),
  });
});

test.each<[string, unknown, string]>([
  ['no JSON', '{', 'it must be JSON ('],
  ['a list', [], 'it must be a JSON object'],
  ['null', null, 'it must be a JSON object'],
  ['another kind', { cifar10: { path: 'x' } }, '"cifar10" is neither folder:NAME nor npy:NAME'],
  ['no path', { 'folder:a': {} }, '"folder:a".path: '],
  ['a wrong size', { 'folder:a': { path: 'x', imageSize: 3 } }, '"folder:a".imageSize: '],
  ['wrong channels', { 'folder:a': { path: 'x', channels: 4 } }, '"folder:a".channels: '],
  ['an unknown option', { 'folder:a': { path: 'x', size: 3 } }, '"folder:a": Unrecognized key: "size"'],
  ['one class', { 'npy:a': { inputs: 'x', labels: 'y', classes: 1 } }, '"npy:a".classes: '],
  ['a name with slashes', { 'folder:../a': { path: 'x' } }, '"../a" is not the name of a data set: a name has 1 to 64'],
  ['no name', { 'npy:': { inputs: 'x', labels: 'y', classes: 2 } }, '"" is not the name of a data set'],
])('a list of data sets is refused: %s', (_, entries, sentence) => {
  const { code, violations } = refusal(() => readDatasetsFile(list(entries)));
  expect(code).toBe('INVALID_ARGUMENT');
  expect(violations).toEqual([{ field: '--datasets', description: expect.stringContaining(sentence) }]);
});

test('names that are given twice, or are no names, and files that are not there are refused', async () => {
  const twice = read({
    dataDirs: new Map([['folder:a', figures]]),
    datasetsFile: list({ 'folder:a': { path: '../figures' } }),
  });
  await expect(twice).rejects.toThrow('--datasets: "folder:a" is given twice');
  await expect(read({ dataDirs: new Map([['folder:a b', figures]]) })).rejects.toThrow(
    '--data-dirs: "a b" is not the name',
  );
  await expect(read({ datasetsFile: '/nowhere.json' })).rejects.toThrow(
    '--datasets: "/nowhere.json": it cannot be read (ENOENT)',
  );
  await expect(read({ dataDirs: new Map([['flowers', figures]]) })).rejects.toThrow(
    '"flowers" is not a data set whose images come from a folder; those are cifar10, cifar100, mnist and folder:NAME',
  );
});

test('further folders have options', async () => {
  const folders = new Map([['mine', { path: figures, imageSize: [20, 24], channels: 1 } as const]]);
  const sources = await read({ folders });
  expect(sources.info('folder:mine', 'f').imageShape).toEqual([1, 20, 24]);
});
