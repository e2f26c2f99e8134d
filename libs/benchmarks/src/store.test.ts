import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchSpace } from '@gradsign/search-spaces';
import { BenchmarkExistsError, BenchmarkNameError, TableFormatError, UnknownBenchmarkError } from './errors';
import { BenchmarkStore } from './store';
import type { TableContents } from './table-writer';

const root = mkdtempSync(join(tmpdir(), 'benchmark-store-'));
afterAll(() => rmSync(root, { recursive: true }));

const ARCHITECTURE = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';

function contents(benchmark: string, accuracy = 50): TableContents {
  return {
    info: {
      benchmark,
      version: '',
      description: '',
      space: 'nas-bench-201',
      source: { file: 'x.csv', sha256: '' },
      importer: { name: 'test', version: '1' },
      importTime: '2024-01-01T00:00:00.000Z',
    },
    architectures: [ARCHITECTURE],
    series: [
      {
        key: { dataset: 'cifar10', trainingSet: 'full', epochs: 1, epoch: 1, seed: 'mean' },
        architectures: Int32Array.of(0),
        sourceLines: Uint32Array.of(2),
        values: { testAccuracy: Float64Array.of(accuracy) },
        notes: {},
      },
    ],
  };
}

let stores = 0;
const newStore = () => new BenchmarkStore(join(root, `store-${stores++}`), searchSpace);

function accuracy(store: BenchmarkStore, name: string): number {
  const query = { dataset: 'cifar10', trainingSet: 'full', epochs: 'final', split: 'test', seed: 'mean' } as const;
  return store.open(name).evaluate({ ...query, architecture: ARCHITECTURE }).accuracy;
}

test('lists, opens once, replaces and removes', async () => {
  const store = newStore();
  expect(store.list()).toEqual([]);
  expect(() => store.open('b')).toThrow('benchmark "b" is not installed: none is; import one first');
  await store.publish(contents('b'));
  await store.publish(contents('a'));
  expect(store.list()).toEqual(['a', 'b']);
  expect(store.open('a')).toBe(store.open('a'));
  await expect(store.publish(contents('a'))).rejects.toThrow(BenchmarkExistsError);
  const old = store.open('a');
  await store.publish(contents('a', 60), { replace: true });
  expect(accuracy(store, 'a')).toBe(60);
  expect(store.open('a')).not.toBe(old);
  await store.remove('a');
  expect(store.list()).toEqual(['b']);
  expect(() => store.open('a')).toThrow(UnknownBenchmarkError);
  expect(() => store.open('a')).toThrow('benchmark "a" is not installed: there are b');
  await expect(store.remove('a')).rejects.toThrow(UnknownBenchmarkError);
  store.close();
});

test('another process that replaces a table is noticed', async () => {
  const store = newStore();
  const other = new BenchmarkStore(store.root, searchSpace);
  await other.publish(contents('a', 10));
  expect(accuracy(store, 'a')).toBe(10);
  await other.publish(contents('a', 20), { replace: true });
  expect(accuracy(store, 'a')).toBe(20);
});

test.each(['', '.', '..', '../a', 'a/b', 'a\\b', '/a', '.hidden', 'A', 'a b', 'a\0', 'é', 'a'.repeat(64)])(
  'the name %j is refused',
  async (name) => {
    const store = newStore();
    expect(() => store.open(name)).toThrow(BenchmarkNameError);
    await expect(store.remove(name)).rejects.toThrow(BenchmarkNameError);
    await expect(store.publish(contents(name))).rejects.toThrow(BenchmarkNameError);
    expect(existsSync(store.root)).toBe(false);
  },
);

test('a table that cannot be written leaves nothing', async () => {
  const store = newStore();
  const bad = contents('a');
  const unwritable = { ...bad, series: [{ ...bad.series[0], sourceLines: null! }] };
  await expect(store.publish(unwritable)).rejects.toThrow();
  expect(store.list()).toEqual([]);
  expect(readdirSync(join(store.root, '.unfinished'))).toEqual([]);
});

test('a damaged table is listed and refused', async () => {
  const store = newStore();
  mkdirSync(join(store.root, 'a'), { recursive: true });
  writeFileSync(join(store.root, 'a', 'table.arrow'), 'ARROW1');
  expect(store.list()).toEqual(['a']);
  expect(() => store.open('a')).toThrow(TableFormatError);
});

test('files that dead imports left are invisible, and removed an hour later', async () => {
  const store = newStore();
  const unfinished = join(store.root, '.unfinished');
  mkdirSync(unfinished, { recursive: true });
  const [old, young] = ['a-old', 'a-young'].map((name) => join(unfinished, name));
  writeFileSync(old, 'half');
  writeFileSync(young, 'half');
  const past = new Date(Date.now() - 2 * 3_600_000);
  utimesSync(old, past, past);
  expect(store.list()).toEqual([]);
  await store.publish(contents('a'));
  expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  expect(accuracy(store, 'a')).toBe(50);
});

test('a process killed while it imports leaves no table, or a whole one', async () => {
  const store = newStore();
  const csv = join(root, 'killed.csv');
  const space = searchSpace('nas-bench-201');
  const rows = Array.from(space.enumerate!(), (cell, i) => `${space.format(cell)},${i % 100}`);
  writeFileSync(csv, ['arch,acc', ...rows].join('\n'));
  const program = `
    const { BenchmarkStore, importCsv, parseMapping } = require('@gradsign/benchmarks');
    const { searchSpace } = require('@gradsign/search-spaces');
    const [root, path] = process.argv.slice(1);
    const mapping = parseMapping({ space: 'nas-bench-201', architecture: 'arch', evaluations: [
      { dataset: 'cifar10', trainingSet: 'full', epochs: 1, seed: 'mean', measures: { testAccuracy: 'acc' } }] });
    const store = new BenchmarkStore(root, searchSpace);
    void importCsv({ store, path, benchmark: 'killed', mapping, space: searchSpace(mapping.space),
      onProgress: ({ bytes }) => console.log(bytes) });`;
  const moments = [
    { name: 'reading', reached: (output: string) => output.length > 0 },
    { name: 'writing', reached: () => existsSync(join(store.root, '.unfinished')) },
  ];
  for (const { name, reached } of moments) {
    const child = spawn(process.execPath, ['-e', program, store.root, csv], { cwd: __dirname });
    let output = '';
    let failure = '';
    child.stdout.on('data', (data) => (output += String(data)));
    child.stderr.on('data', (data) => (failure += String(data)));
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
    while (child.exitCode === null && !reached(output)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    child.kill('SIGKILL');
    expect([name, await ended, failure]).toEqual([name, 'SIGKILL', '']);
    for (const installed of store.list()) {
      expect(store.open(installed).architectureCount).toBe(15_625);
    }
    if (name === 'reading') {
      expect(existsSync(store.root)).toBe(false);
    }
  }
  await store.publish(contents('killed', 70), { replace: true });
  expect(accuracy(store, 'killed')).toBe(70);
});
