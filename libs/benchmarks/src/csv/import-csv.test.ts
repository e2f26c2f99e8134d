import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { searchSpace } from '@gradsign/search-spaces';
import fc from 'fast-check';
import { BenchmarkExistsError, ImportError } from '../errors';
import type { EvaluationSelection } from '../query';
import { BenchmarkStore } from '../store';
import { importCsv, type ImportCsvOptions } from './import-csv';
import { parseMapping } from './mapping';

const A = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const B = '|skip_connect~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const C = '|none~0|+|skip_connect~0|none~1|+|none~0|none~1|none~2|';

const root = mkdtempSync(join(tmpdir(), 'import-csv-'));
const store = new BenchmarkStore(join(root, 'benchmarks'), searchSpace);
afterAll(() => rmSync(root, { recursive: true }));
afterEach(async () => {
  for (const name of store.list()) {
    await store.remove(name);
  }
});

const wide = {
  space: 'nas-bench-201',
  architecture: 'arch',
  evaluations: [
    {
      dataset: 'cifar10',
      trainingSet: 'half',
      epochs: 12,
      seed: 'mean',
      measures: { validAccuracy: 'valid', trainSeconds: { column: 'seconds', scale: 12, note: '12 epochs' } },
    },
  ],
};
const asked: EvaluationSelection = {
  dataset: 'cifar10',
  trainingSet: 'half',
  epochs: 12,
  split: 'valid',
  seed: 'mean',
};

async function load(content: string | Uint8Array, mapping: object = wide, more: Partial<ImportCsvOptions> = {}) {
  const path = join(root, 'table.csv');
  writeFileSync(path, content);
  const space = searchSpace('nas-bench-201');
  return importCsv({ store, path, benchmark: 'mine', mapping: parseMapping(mapping), space, ...more });
}

const lines = (...rows: string[]) => ['arch,valid,seconds', ...rows, ''].join('\n');

test('a wide table, plain or gzip, with byte-order mark, CRLF and quotes', async () => {
  const plain = `\ufeff${lines(`"${A}",10.5,2`, '', `${B},20,3`)}`.replaceAll('\n', '\r\n');
  for (const content of [Buffer.from(plain), gzipSync(plain)]) {
    const report = await load(content, wide, { replace: true });
    expect(report).toMatchObject({ lines: 2, architectures: 2, rows: 2 });
    expect(report.source).toEqual({ file: 'table.csv', sha256: createHash('sha256').update(content).digest('hex') });
    const answer = store.open('mine').evaluate({ ...asked, architecture: B });
    expect(answer).toMatchObject({
      accuracy: 20,
      trainSeconds: 36,
      sourceLines: [4],
      note: 'train_seconds: 12 epochs',
    });
    expect(answer).not.toHaveProperty('params');
    expect(store.open('mine').architectures()).toEqual([A, B]);
  }
});

test('a long table: dimensions from columns, architectures in any order, fractions', async () => {
  const mapping = {
    space: 'nas-bench-201',
    architecture: 'arch',
    evaluations: [
      {
        dataset: { column: 'data', values: { 'CIFAR-10': 'cifar10', 'CIFAR-100': 'cifar100' } },
        trainingSet: { column: 'set' },
        epochs: { column: 'epochs' },
        epoch: { column: 'at' },
        seed: { column: 'seed' },
        measures: { testAccuracy: { column: 'acc', scale: 100 }, testLoss: 'loss' },
      },
    ],
  };
  const header = 'arch,data,set,epochs,at,seed,acc,loss\n';
  const rows = [
    `${A},CIFAR-10,full,36,36,1,0.5,0.75`,
    `${B},CIFAR-10,full,36,36,mean,0.25,`,
    `${A},CIFAR-10,full,36,36,mean,0.125,1e-2`,
    `${A},CIFAR-100,full,36,18,1,.5,2`,
  ].join('\n');
  const report = await load(header + rows, mapping);
  expect(report.missingCells).toEqual({
    count: 1,
    listed: [expect.objectContaining({ line: 3, column: 'loss', value: '' })],
  });
  const table = store.open('mine');
  const full = { ...asked, trainingSet: 'full', epochs: 'final', split: 'test' } as const;
  expect([...table.accuracies(full)]).toEqual([12.5, 25]);
  expect(table.evaluate({ ...full, seed: 1, architecture: A })).toMatchObject({ accuracy: 50, loss: 0.75, epochs: 36 });
  expect(table.evaluate({ ...full, dataset: 'cifar100', epoch: 18, seed: 1, architecture: A }).accuracy).toBe(50);
  await expect(load(`${header}${A},SVHN,full,1,1,1,0.5,`, mapping, { replace: true })).rejects.toThrow(
    'table.csv, line 2, column "data" is "SVHN": the mapping knows "CIFAR-10", "CIFAR-100"',
  );
  await expect(load(`${header}${A},CIFAR-10,most,1,1,1,0.5,`, mapping, { replace: true })).rejects.toThrow(
    'line 2, column "set" is "most": a training set must be half or full',
  );
  await expect(load(`${header}${A},CIFAR-10,full,4,5,1,0.5,`, mapping, { replace: true })).rejects.toThrow(
    'line 2: epoch 5 comes after the end of a training of 4 epochs',
  );
  await expect(load(`${header}${A},CIFAR-10,full,4,4,1.5,0.5,`, mapping, { replace: true })).rejects.toThrow(
    'line 2, column "seed" is "1.5": mean, or a seed must be a whole number between 0 and 2147483647',
  );
});

test('joined cells are trainings by position, or their mean', async () => {
  const measures = { validAccuracy: { column: 'valid', joined: ';' }, trainSeconds: 'seconds' };
  const [entry] = wide.evaluations;
  const evaluations = ['mean', 'position'].map((seed) => ({ ...entry, seed, measures }));
  await load(lines(`${A},10;20;60,7`, `${B},5;6,8`), { ...wide, evaluations });
  const table = store.open('mine');
  expect(table.evaluate({ ...asked, architecture: A }).accuracy).toBe(30);
  expect(table.evaluate({ ...asked, seed: 2, architecture: A })).toMatchObject({ accuracy: 60, trainSeconds: 7 });
  expect(() => table.evaluate({ ...asked, seed: 2, architecture: B })).toThrow('1 of 2 architectures have one');
  const both = { ...measures, trainSeconds: { column: 'seconds', joined: ';' } };
  const uneven = { ...wide, evaluations: [{ ...entry, seed: 'position', measures: both }] };
  await expect(load(lines(`${A},10;20,7`), uneven, { replace: true })).rejects.toThrow(
    'column "seconds" is "7": it has 1 values where column valid has 2',
  );
});

test('what does not fit is left out and reported with its line', async () => {
  const report = await load(
    lines(`${A},10,1`, 'nonsense,20,1', `${B},100.5,1`, `${A},11,1`, `${C},,nan`, `${C},30,`, `${B},-1,2`),
  );
  expect(report).toMatchObject({ lines: 7, architectures: 2, rows: 2 });
  expect(report.unknownArchitectures.listed).toEqual([
    { line: 3, column: 'arch', value: 'nonsense', rule: expect.stringContaining('character 0') as string },
  ]);
  expect(report.duplicateRows.listed).toEqual([
    {
      line: 5,
      column: 'arch',
      value: A,
      rule: 'line 2 has this architecture with cifar10 half 12 12 mean already',
    },
  ]);
  expect(report.accuraciesOutOfRange).toMatchObject({ count: 2, listed: [{ line: 4, value: '100.5' }, { line: 8 }] });
  expect(report.missingCells.listed.map(({ line, column }) => [line, column])).toEqual([
    [6, 'valid'],
    [6, 'seconds'],
    [7, 'seconds'],
  ]);
  expect(store.open('mine').evaluate({ ...asked, architecture: A }).accuracy).toBe(10);
  expect(store.open('mine').evaluate({ ...asked, architecture: C })).not.toHaveProperty('trainSeconds');
});

test('findings are counted without end and listed up to a bound', async () => {
  const report = await load(lines(`${A},10,1`, ...Array.from({ length: 50 }, () => `${A},11,1`)));
  expect(report.duplicateRows.count).toBe(50);
  expect(report.duplicateRows.listed).toHaveLength(20);
});

test.each<[string, string | Uint8Array, string]>([
  ['an empty file', '', 'table.csv: it is empty: the first line must name the columns'],
  ['a header alone', lines(), 'table.csv: no line gives a row: 0 lines'],
  ['a missing column', 'arch,seconds\n', 'table.csv, line 1, column "valid": the header does not have this column'],
  ['a column twice', 'arch,valid,valid,seconds\n', 'line 1, column "valid": the header has this column twice'],
  ['a short line', lines(`${A},1,1`, `${B},1`), 'table.csv, line 3: it is not a CSV table: Invalid Record Length'],
  ['a long line', lines(`${A},1,1,1`), 'table.csv, line 2: it is not a CSV table: Invalid Record Length'],
  ['an open quote', lines(`"${A},1,1`), 'it is not a CSV table: Quote Not Closed'],
  ['a stray quote', lines(`"${A}"x,1,1`), 'line 2: it is not a CSV table: Invalid Closing Quote'],
  ['a text for a number', lines(`${A},high,1`), 'line 2, column "valid" is "high": it must be a number, or empty'],
  ['hexadecimal', lines(`${A},0x10,1`), 'line 2, column "valid" is "0x10"'],
  ['infinity', lines(`${A},10,Infinity`), 'line 2, column "seconds" is "Infinity"'],
  ['too large a number', lines(`${A},10,1e999`), 'column "seconds" is "1e999": as trainSeconds, it must be a finite'],
  ['negative time', lines(`${A},10,-1`), 'column "seconds" is "-1": as trainSeconds, it must be a finite number'],
  ['fractions', lines(`${A},0.9,1`, `${B},0.8,1`), 'table.csv: no accuracy is above 1 percent: declare "scale": 100'],
  ['no known architecture', lines('x,1,1', 'y,2,1'), 'no line gives a row: 2 lines, unknownArchitectures 2'],
  ['half a gzip file', gzipSync(lines(`${A},10,1`)).subarray(0, 40), 'table.csv: its gzip data is damaged'],
  ['an endless line', `arch,valid,seconds\n${'x'.repeat(2 ** 21)}`, 'line 2: it is not a CSV table: Max Record Size'],
])('%s stops the import', async (_, content, message) => {
  const result = load(content);
  await expect(result).rejects.toThrow(ImportError);
  await expect(result).rejects.toThrow(message);
  expect(store.list()).toEqual([]);
});

test('an existing benchmark is replaced only when told to', async () => {
  await load(lines(`${A},10,1`));
  const before = store.open('mine');
  await expect(load(lines(`${A},20,1`))).rejects.toThrow(BenchmarkExistsError);
  await load(lines(`${A},30,1`), wide, { replace: true });
  expect(store.open('mine').evaluate({ ...asked, architecture: A }).accuracy).toBe(30);
  expect(before.evaluate({ ...asked, architecture: A }).accuracy).toBe(10);
});

test('progress reaches the end of the file, and an abort leaves nothing', async () => {
  const content = lines(...Array.from({ length: 4000 }, () => `${A},10,1`));
  const seen: number[] = [];
  await load(content, wide, { onProgress: ({ bytes, totalBytes }) => seen.push(bytes / totalBytes) });
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.at(-1)).toBe(1);
  await store.remove('mine');
  const abort = new AbortController();
  const onProgress = () => abort.abort();
  await expect(load(content, wide, { onProgress, signal: abort.signal })).rejects.toThrow(/abort/i);
  expect(store.list()).toEqual([]);
});

test('any bytes are a table or an ImportError', async () => {
  const good = Buffer.from(lines(`"${A}",10.5,2`, `${B},20,3`, `${C},,`));
  const path = join(root, 'fuzz.csv');
  const mutated = fc
    .array(fc.tuple(fc.nat(good.length - 1), fc.constantFrom(...Buffer.from('"\n\r,;0.-ex\0\xff\x1f', 'latin1'))), {
      maxLength: 6,
    })
    .map((changes) => {
      const bytes = Uint8Array.from(good);
      changes.forEach(([position, value]) => (bytes[position] = value));
      return bytes;
    });
  const garbage = fc.uint8Array({ maxLength: 60 });
  const zipped = garbage.map((bytes) => Buffer.concat([Buffer.of(0x1f, 0x8b), bytes]));
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, garbage, zipped), async (bytes) => {
      writeFileSync(path, bytes);
      try {
        const mapping = parseMapping(wide);
        await importCsv({ store, path, benchmark: 'fuzz', mapping, space: searchSpace(mapping.space), replace: true });
        expect(store.open('fuzz').architectureCount).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError);
      }
    }),
    { numRuns: 150 },
  );
});
