import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchitectureSyntaxError, type SearchSpace } from '@gradsign/search-spaces';
import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import { TableFormatError, UnavailableError, UnknownArchitectureError } from './errors';
import type { EvaluationSelection } from './query';
import type { SeriesData, SeriesKey } from './series';
import { BenchmarkTable } from './table';
import { writeTable, type TableContents } from './table-writer';

/** Architectures are `n` and a number; a `+` before the number is another way to write it. */
const numbers = {
  name: 'numbers',
  parse(text: string) {
    const match = /^n\+?(\d+)$/.exec(text);
    if (!match) {
      throw new ArchitectureSyntaxError('numbers', text, text.startsWith('n') ? 1 : 0, 'expected n and a number');
    }
    return Number(match[1]);
  },
  format: (value: unknown) => `n${value}`,
} as SearchSpace;

const folder = mkdtempSync(join(tmpdir(), 'benchmark-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
async function write(count: number, series: readonly SeriesData[]): Promise<string> {
  const path = join(folder, `${files++}.arrow`);
  const contents: TableContents = {
    info: {
      benchmark: 'test-bench',
      version: '7',
      description: 'made by hand',
      space: 'numbers',
      source: { file: 'source.csv', sha256: 'abc' },
      importer: { name: 'test', version: '1' },
      importTime: '2024-01-01T00:00:00.000Z',
    },
    architectures: Array.from({ length: count }, (_, i) => `n${i}`),
    series,
  };
  await writeTable(path, contents);
  return path;
}

async function table(count: number, series: readonly SeriesData[]): Promise<BenchmarkTable> {
  return BenchmarkTable.open(await write(count, series), () => numbers);
}

const end: SeriesKey = { dataset: 'cifar10', trainingSet: 'half', epochs: 12, epoch: 12, seed: 'mean' };

function series(key: Partial<SeriesKey>, values: SeriesData['values'], more: Partial<SeriesData> = {}): SeriesData {
  const [column] = Object.values(values);
  return {
    key: { ...end, ...key },
    architectures: Int32Array.from(column.keys()),
    sourceLines: Uint32Array.from(column.keys(), (row) => row + 2),
    values,
    notes: {},
    ...more,
  };
}

const f64 = (...values: number[]) => Float64Array.from(values);
const asked: EvaluationSelection = {
  dataset: 'cifar10',
  trainingSet: 'half',
  epochs: 'final',
  split: 'valid',
  seed: 'mean',
};

const small = () =>
  table(3, [
    series({}, { validAccuracy: f64(10, NaN, 30), params: f64(5, 6, 7), trainSeconds: f64(1, 2, NaN) }),
    series({ epochs: 4, epoch: 4 }, { validAccuracy: f64(1, 2, 3) }),
    series({ seed: 888 }, { validAccuracy: f64(11, 12, 13), validLoss: f64(0.5, 0.25, NaN) }),
    series({ seed: 777 }, { validAccuracy: f64(77, 12, 13) }),
    series(
      { dataset: 'cifar100', trainingSet: 'full' },
      { testAccuracy: f64(41, 42), validAndTestAccuracy: f64(45, 46), validAndTestEvalSeconds: f64(0.1, 0.2) },
      { architectures: Int32Array.of(0, 2), notes: { testAccuracy: 'derived' } },
    ),
    series({ epoch: 6 }, { validAccuracy: f64(6, 7, 8) }),
  ]);

test('an evaluation holds what its row holds and nothing else', async () => {
  const t = await small();
  expect(t.evaluate({ ...asked, architecture: 'n0' })).toEqual({
    benchmark: 'test-bench',
    architecture: 'n0',
    index: 0,
    dataset: 'cifar10',
    trainingSet: 'half',
    epochs: 12,
    epoch: 12,
    split: 'valid',
    seed: 'mean',
    accuracy: 10,
    trainSeconds: 1,
    params: 5,
    rows: [0],
    sourceLines: [2],
  });
  const cifar100 = { ...asked, dataset: 'cifar100', trainingSet: 'full' } as const;
  expect(t.evaluate({ ...cifar100, split: 'test', architecture: 'n2' })).toMatchObject({
    accuracy: 42,
    note: 'test_accuracy: derived',
    sourceLines: [3],
  });
  const both = t.evaluate({ ...cifar100, split: 'valid_and_test', architecture: 'n2' });
  expect(both).toMatchObject({ accuracy: 46, evalSeconds: 0.2 });
  expect(both).not.toHaveProperty('note');
});

test('epochs, epoch and seed choose the series', async () => {
  const t = await small();
  const accuracy = (selection: Partial<EvaluationSelection>) =>
    t.evaluate({ ...asked, ...selection, architecture: 'n1' }).accuracy;
  expect(accuracy({ epochs: 4 })).toBe(2);
  expect(accuracy({ epochs: 12, epoch: 6 })).toBe(7);
  expect(accuracy({ seed: 888 })).toBe(12);
  expect(t.evaluate({ ...asked, seed: 888, architecture: 'n1' }).loss).toBe(0.25);
  expect(t.evaluate({ ...asked, seed: 888, architecture: 'n2' })).not.toHaveProperty('loss');
});

test('a combination that is missing is unavailable, and the error says what there is', async () => {
  const t = await small();
  const message = (query: Partial<EvaluationSelection>, architecture = 'n0') => {
    try {
      t.evaluate({ ...asked, ...query, architecture });
    } catch (error) {
      expect(error).toBeInstanceOf(UnavailableError);
      return (error as Error).message;
    }
    throw new Error('it is available');
  };
  const has = 'for cifar10 it has half 12 epochs valid (mean and seeds 777, 888); half 4 epochs valid (mean)';
  expect(message({ split: 'test' })).toBe(
    `test-bench does not have cifar10, training set half, the longest training, split test, seed mean: ${has}`,
  );
  expect(message({ trainingSet: 'full' })).toContain(has);
  expect(message({ epochs: 200 })).toContain(`200 epochs, split valid, seed mean: ${has}`);
  expect(message({ epochs: 12, epoch: 3 })).toContain(`12 epochs, after 3 of them, split valid, seed mean: ${has}`);
  expect(message({ seed: 999 })).toContain(`seed 999: ${has}`);
  expect(message({ dataset: 'mnist' })).toBe('test-bench does not have the data set "mnist": it has cifar10, cifar100');
  expect(message({}, 'n1')).toContain('2 of 3 architectures have one');
  expect(message({ dataset: 'cifar100', trainingSet: 'full', split: 'test' }, 'n1')).toContain('2 of 3');
});

test('architectures are found by their own string, or told apart as unknown and malformed', async () => {
  const t = await small();
  expect(t.indexOf('n2')).toBe(2);
  expect(t.indexOf('n+2')).toBe(2);
  expect(() => t.indexOf('n3')).toThrow(UnknownArchitectureError);
  expect(() => t.indexOf('n3')).toThrow(
    'test-bench has 3 architectures of the space numbers, and n3 is not one of them',
  );
  expect(() => t.indexOf('nx')).toThrow('character 1: expected n and a number, got "x"');
  expect(() => t.architecture(3)).toThrow('architecture index is 3: test-bench has 0 to 2');
});

test('describes everything that exists', async () => {
  const description = (await small()).describe();
  expect(description).toMatchObject({
    benchmark: 'test-bench',
    version: '7',
    space: 'numbers',
    source: { file: 'source.csv', sha256: 'abc' },
    architectures: 3,
    rows: 17,
  });
  const line = { dataset: 'cifar10', trainingSet: 'half', split: 'valid', mean: true, architectures: 3 };
  const full = {
    dataset: 'cifar100',
    trainingSet: 'full',
    epochs: 12,
    epoch: 12,
    seeds: [],
    mean: true,
    architectures: 2,
  };
  expect(description.coverage).toEqual([
    { ...line, epochs: 12, epoch: 12, seeds: [777, 888], architectures: 2, best: { accuracy: 30, index: 2 } },
    { ...line, epochs: 12, epoch: 6, seeds: [], best: { accuracy: 8, index: 2 } },
    { ...line, epochs: 4, epoch: 4, seeds: [], best: { accuracy: 3, index: 2 } },
    { ...full, split: 'test', best: { accuracy: 42, index: 2 }, note: 'derived' },
    { ...full, split: 'valid_and_test', best: { accuracy: 46, index: 2 } },
  ]);
});

test('pages of architectures and evaluations follow the table', async () => {
  const t = await small();
  expect(t.architectures()).toEqual(['n0', 'n1', 'n2']);
  expect(t.architectures({ offset: 1, limit: 1 })).toEqual(['n1']);
  expect(t.architectures({ offset: 5 })).toEqual([]);
  expect([...t.evaluations(asked)].map((e) => [e.architecture, e.accuracy])).toEqual([
    ['n0', 10],
    ['n2', 30],
  ]);
  expect([...t.evaluations(asked, { offset: 1, limit: 1 })]).toEqual([]);
  expect([...t.accuracies(asked)]).toEqual([10, NaN, 30]);
  expect(() => t.accuracies({ ...asked, split: 'train' })).toThrow(UnavailableError);
});

test('series of several record batches, complete and with gaps', async () => {
  const count = 150_000;
  const all = Float64Array.from({ length: count }, (_, i) => (i % 1000) / 10);
  const odd = Int32Array.from({ length: count / 2 }, (_, i) => 2 * i + 1);
  const t = await table(count, [
    series({}, { validAccuracy: all }),
    series({ seed: 1 }, { validAccuracy: Float64Array.from(odd, (i) => all[i]) }, { architectures: odd }),
  ]);
  for (const index of [0, 1, 65_535, 65_536, 131_071, 131_072, 131_073, 149_999]) {
    const architecture = `n${index}`;
    const mean = t.evaluate({ ...asked, architecture });
    expect([mean.accuracy, mean.rows]).toEqual([all[index], [index]]);
    if (index % 2 === 1) {
      const one = t.evaluate({ ...asked, seed: 1, architecture });
      expect([one.accuracy, one.rows]).toEqual([all[index], [count + (index - 1) / 2]]);
    } else {
      expect(() => t.evaluate({ ...asked, seed: 1, architecture })).toThrow(UnavailableError);
    }
  }
  expect(t.accuracies({ ...asked, seed: 1 }).reduce((n, value) => (Number.isNaN(value) ? n : n + 1), 0)).toBe(
    count / 2,
  );
});

test('the file is a plain Arrow table', async () => {
  const path = await write(2, [
    series({}, { validAccuracy: f64(1, NaN), runs: f64(3, 2) }),
    series({ seed: 9 }, { validAccuracy: f64(4, 5) }),
  ]);
  const rows = tableFromIPC(readFileSync(path))
    .toArray()
    .map((row: { toJSON(): object }) => row.toJSON());
  const common = { dataset: 'cifar10', training_set: 'half', epochs: 12, epoch: 12 };
  expect(rows).toEqual([
    { ...common, architecture: 'n0', seed: null, source_line: 2, valid_accuracy: 1, runs: 3n },
    { ...common, architecture: 'n1', seed: null, source_line: 3, valid_accuracy: null, runs: 2n },
    { ...common, architecture: 'n0', seed: 9, source_line: 2, valid_accuracy: 4, runs: null },
    { ...common, architecture: 'n1', seed: 9, source_line: 3, valid_accuracy: 5, runs: null },
  ]);
});

describe('a damaged file', () => {
  const path = join(folder, 'damaged.arrow');
  const open = (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    BenchmarkTable.open(path, () => numbers).close();
  };

  test('is refused when it has been cut short, or is something else', async () => {
    const good = readFileSync(await write(2, [series({}, { validAccuracy: f64(1, 2) })]));
    open(good);
    fc.assert(
      fc.property(fc.nat(good.length - 1), (length) => {
        expect(() => open(good.subarray(0, length))).toThrow(TableFormatError);
      }),
    );
    expect(() => open(Buffer.from('a,b\n1,2\n'.repeat(10)))).toThrow('it does not begin with ARROW1');
    const table = tableFromArrays({ architecture: ['n1'] });
    expect(() => open(tableToIPC(table, 'file'))).toThrow('metadata gradsign.format is absent, it must be');
  });

  test('is refused when its index is damaged, or still opens', async () => {
    const good = readFileSync(await write(2, [series({}, { validAccuracy: f64(1, 2) })]));
    const begin = good.indexOf('[{"dataset"');
    const end = good.indexOf('}]', begin) + 2;
    const change = fc.tuple(fc.integer({ min: begin, max: end - 1 }), fc.integer({ min: 32, max: 126 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(good);
        changes.forEach(([position, value]) => (bytes[position] = value));
        try {
          open(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TableFormatError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
