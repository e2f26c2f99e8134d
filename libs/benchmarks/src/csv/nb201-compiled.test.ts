import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { searchSpace } from '@gradsign/search-spaces';
import type { ImageData } from '../costs';
import type { Evaluation, EvaluationSelection, Split } from '../query';
import { BenchmarkStore } from '../store';
import type { BenchmarkTable } from '../table';
import { importCsv } from './import-csv';
import { NB201_COMPILED } from './nb201-compiled';
import type { ImportReport } from './report';

const FILE = resolve(__dirname, '../../../../../shared/data/nas-bench-201/nb201.csv.gz');
const present = existsSync(FILE);
if (!present) {
  console.log(`skipped: the compiled NAS-Bench-201 table is not at ${FILE}`);
}

const IMAGES: Readonly<Record<string, ImageData>> = {
  cifar10: { imageShape: [3, 32, 32], classes: 10 },
  cifar100: { imageShape: [3, 32, 32], classes: 100 },
  'imagenet16-120': { imageShape: [3, 16, 16], classes: 120 },
};

(present ? describe : describe.skip)('the compiled NAS-Bench-201 table', () => {
  const root = mkdtempSync(join(tmpdir(), 'nb201-'));
  const space = searchSpace('nas-bench-201');
  const store = new BenchmarkStore(root, searchSpace);
  const reports: ImportReport[] = [];
  let header: string[] = [];
  let rows: string[][] = [];
  let v10: BenchmarkTable;
  let v11: BenchmarkTable;

  beforeAll(async () => {
    for (const [benchmark, mapping] of NB201_COMPILED) {
      const imageData = benchmark.endsWith('v1.0') ? (dataset: string) => IMAGES[dataset] : undefined;
      reports.push(await importCsv({ store, path: FILE, benchmark, mapping, space, imageData }));
    }
    [header, ...rows] = gunzipSync(readFileSync(FILE))
      .toString()
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','));
    v10 = store.open('nas-bench-201-v1.0');
    v11 = store.open('nas-bench-201-v1.1');
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true }));

  const cell = (row: number, column: string) => rows[row][header.indexOf(column)];
  const c10 = (trainingSet: 'half' | 'full', split: Split, epochs = 200): EvaluationSelection => ({
    dataset: 'cifar10',
    trainingSet,
    epochs,
    split,
    seed: 'mean',
  });
  const other = (dataset: string, split: Split, epochs = 200) => ({ ...c10('full', split, epochs), dataset });
  const c100 = (split: Split, epochs?: number) => other('cifar100', split, epochs);
  const in16 = (split: Split, epochs?: number) => other('imagenet16-120', split, epochs);

  /** Column, where it is in the benchmarks: of one accuracy, or of one for each training. */
  const means: [string, () => BenchmarkTable, EvaluationSelection][] = [
    ['c10_test_200', () => v10, c10('full', 'test')],
    ['c10valid_val_200', () => v10, c10('half', 'valid')],
    ['c100_test_200', () => v10, c100('test')],
    ['c100_val_200', () => v10, c100('valid')],
    ['in16_test_200', () => v10, in16('test')],
    ['in16_val_200', () => v10, in16('valid')],
    ['c10_test_12', () => v10, c10('full', 'test', 12)],
    ['c10valid_val_12', () => v10, c10('half', 'valid', 12)],
    ['c100_test_12', () => v10, c100('test', 12)],
    ['c100_val_12', () => v10, c100('valid', 12)],
    ['in16_test_12', () => v10, in16('test', 12)],
    ['in16_val_12', () => v10, in16('valid', 12)],
    ['v11_c10_test_200', () => v11, c10('full', 'test')],
    ['v11_c10valid_val_200', () => v11, c10('half', 'valid')],
    ['v11_c10valid_test_200', () => v11, c10('half', 'test')],
    ['v11_c100_test_200', () => v11, c100('test')],
  ];
  const trainings: [string, () => BenchmarkTable, EvaluationSelection][] = [
    ['c10valid_val_200_seeds', () => v10, c10('half', 'valid')],
    ['c100_valtest_200_seeds', () => v10, c100('valid_and_test')],
    ['in16_valtest_200_seeds', () => v10, in16('valid_and_test')],
    ['v11_c10_test_200_seeds', () => v11, c10('full', 'test')],
  ];
  /** Column, and what of an evaluation is its value. */
  const others: [string, () => BenchmarkTable, EvaluationSelection, (e: Evaluation) => number | string][] = [
    ['index', () => v10, c10('half', 'valid'), (e) => e.index],
    ['arch_str', () => v11, c10('half', 'valid'), (e) => e.architecture],
    ['n_seeds', () => v10, c10('half', 'valid'), (e) => e.runs!],
    ['n_seeds', () => v10, c100('test'), (e) => e.runs!],
    ['n_seeds', () => v10, in16('valid'), (e) => e.runs!],
    ['v11_n_seeds', () => v11, c10('full', 'test'), (e) => e.runs!],
    ['params_m', () => v10, c10('half', 'valid'), (e) => e.publishedParams! / 1e6],
    ['params_m', () => v11, c10('full', 'test'), (e) => e.publishedParams! / 1e6],
    ['c10valid_train_s_per_epoch', () => v10, c10('half', 'valid'), (e) => e.trainSeconds! / 200],
    ['c10valid_train_s_per_epoch', () => v10, c10('half', 'valid', 12), (e) => e.trainSeconds! / 12],
    ['c10valid_train_s_per_epoch', () => v10, c10('full', 'test'), (e) => e.trainSeconds! / 400],
    ['c10valid_train_s_per_epoch', () => v10, { ...c10('half', 'valid'), seed: 1 }, (e) => e.trainSeconds! / 200],
    ['c100_train_s_per_epoch', () => v10, c100('valid'), (e) => e.trainSeconds! / 200],
    ['in16_train_s_per_epoch', () => v10, in16('test', 12), (e) => e.trainSeconds! / 12],
    ['in16_train_s_per_epoch', () => v10, { ...in16('valid_and_test'), seed: 0 }, (e) => e.trainSeconds! / 200],
    ['c10valid_train_s_per_epoch', () => v11, c10('half', 'test'), (e) => e.trainSeconds! / 200],
    ['c100_train_s_per_epoch', () => v11, c100('test'), (e) => e.trainSeconds! / 200],
  ];

  test('is imported without a finding', () => {
    const none = { count: 0, listed: [] };
    const clean = {
      lines: 15_625,
      architectures: 15_625,
      unknownArchitectures: none,
      duplicateRows: none,
      accuraciesOutOfRange: none,
      missingCells: none,
    };
    const seeds = (...columns: string[]) =>
      columns.reduce((sum, c) => sum + rows.reduce((n, _, row) => n + cell(row, c).split(';').length, 0), 0);
    const v10Seeds = seeds('c10valid_val_200_seeds', 'c100_valtest_200_seeds', 'in16_valtest_200_seeds');
    expect(reports).toMatchObject([
      { ...clean, rows: 8 * 15_625 + v10Seeds },
      { ...clean, rows: 3 * 15_625 + seeds('v11_c10_test_200_seeds') },
    ]);
  });

  test('every column of the file is reachable', () => {
    const reached = new Set([...means, ...trainings, ...others].map(([column]) => column));
    expect(header.filter((column) => !reached.has(column))).toEqual([]);
  });

  test.each(means)('%s: the mean of every architecture', (column, table, selection) => {
    const index = header.indexOf(column);
    const accuracies = table().accuracies(selection);
    expect(rows.findIndex((row, i) => accuracies[i] !== Number(row[index]))).toBe(-1);
  });

  test.each(trainings)('%s: every training of every architecture', (column, table, selection) => {
    const index = header.indexOf(column);
    const seeds = [0, 1, 2].map((seed) => table().accuracies({ ...selection, seed }));
    const joined = (row: number) => seeds.flatMap((accuracies) => (accuracies[row] >= 0 ? [accuracies[row]] : []));
    expect(rows.findIndex((row, i) => joined(i).join() !== row[index].split(';').map(Number).join())).toBe(-1);
    if (selection.split === 'valid_and_test') {
      const means = table().accuracies(selection);
      const mean = (list: number[]) => list.reduce((a, b) => a + b) / list.length;
      expect(rows.findIndex((_, i) => means[i] !== mean(joined(i)))).toBe(-1);
    }
  });

  test.each(others)('%s, case %#', (column, table, selection, value) => {
    for (let row = 0; row < rows.length; row += 127) {
      const query = { ...selection, architecture: cell(row, 'arch_str') };
      const found = value(table().evaluate(query));
      const expected = cell(row, column);
      if (typeof found === 'string') {
        expect(found).toBe(expected);
      } else {
        expect(found).toBeCloseTo(Number(expected), 9);
      }
      expect(table().evaluate(query).sourceLines).toEqual([row + 2]);
    }
  });

  test('single queries agree with whole columns', () => {
    for (const [column, table, selection] of means) {
      for (let row = 17; row < rows.length; row += 997) {
        const evaluation = table().evaluate({ ...selection, architecture: cell(row, 'arch_str') });
        expect(evaluation).toMatchObject({ accuracy: Number(cell(row, column)), index: row });
      }
    }
  });

  test('anchors: the best mean test accuracies and the first architecture', () => {
    const best = (dataset: string) =>
      v10.describe().coverage.find((c) => c.dataset === dataset && c.split === 'test' && c.epochs === 200)!.best
        .accuracy;
    expect([best('cifar10'), best('cifar100'), best('imagenet16-120')].map((value) => value.toFixed(3))).toEqual([
      '94.373',
      '73.513',
      '47.311',
    ]);
    expect(v10.architecture(0)).toBe(
      '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|',
    );
    expect(v10.evaluate({ ...c100('valid'), epochs: 'final', architecture: v10.architecture(0) })).toMatchObject({
      accuracy: 52.7,
      epochs: 200,
      note: expect.stringContaining('valid_accuracy: 2·mean(valid and test) − test') as string,
    });
  });

  test('what the file does not have is unavailable', () => {
    const architecture = v10.architecture(0);
    const v10Only = { ...c10('half', 'test'), architecture };
    expect(() => v10.evaluate(v10Only)).toThrow('for cifar10 it has half 200 epochs valid (mean and seeds 0, 1, 2)');
    expect(() => v10.evaluate({ ...c10('full', 'valid'), architecture })).toThrow('full 200 epochs test (mean)');
    expect(() => v11.evaluate({ ...in16('test'), architecture })).toThrow('it has cifar10, cifar100');
    expect(() => v11.evaluate({ ...c10('half', 'valid', 12), architecture })).toThrow('half 200 epochs valid (mean)');
  });

  test('parameters are counted: they differ from the published ones for 150 architectures', () => {
    const evaluations = [...v10.evaluations(c10('full', 'test'))];
    expect(evaluations).toHaveLength(15_625);
    expect(evaluations.filter((e) => e.params !== e.publishedParams)).toHaveLength(150);
    expect(evaluations[284].flops).toBe(11_715_210);
    expect(v10.evaluate({ ...in16('test'), architecture: v10.architecture(11) })).toMatchObject({
      params: 809_576,
      flops: 28_495_480,
    });
    expect(v11.evaluate({ ...c100('test'), architecture: v11.architecture(11) })).not.toHaveProperty('params');
  });
});
