import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { columnKey, type ColumnInfo } from './column-info';
import { readScoreTable, ScoreTableError, writeScoreTable } from './file';
import { columnLabels, ScoreTable, type ScoreColumn } from './score-table';
import { ScoreTables } from './score-tables';

const folder = mkdtempSync(join(tmpdir(), 'gradsign-scores-'));
afterAll(() => rmSync(folder, { recursive: true }));

const info: ColumnInfo = {
  proxy: 'gradsign',
  higherIsBetter: true,
  space: 'nas-bench-201',
  dataset: 'cifar10',
  imageShape: [3, 32, 32],
  classes: 10,
  network: { variant: 'standard', channels: 0, cellsPerStage: 0 },
  seed: '42',
  initializations: 1,
  batchSize: 64,
  batchDigest: 'ab',
  normalization: 'sample',
  engine: 'onnxruntime',
  device: 'cpu',
  scoreDefinitionVersion: 1,
};
const column = (change: Partial<ColumnInfo>, values: number[]): ScoreColumn => ({
  info: { ...info, ...change },
  values: Float64Array.from(values),
  weights: Int32Array.from(values, (_, i) => 100 + i),
  nanCounts: Int32Array.from(values, () => 0),
  seconds: Float32Array.from(values, () => 0.5),
});
const columns = [
  column({}, [1, -Infinity, NaN]),
  column({ seed: '43' }, [4, 5, 6]),
  column({ proxy: 'params', batchDigest: '', batchSize: 0 }, [2 ** 53, 0, 0.1]),
];
const table = new ScoreTable(['a', 'b', 'ü'], columns);

test('a written table is read as it was, infinities and NaN included', async () => {
  const path = join(folder, 'whole.arrow');
  await writeScoreTable(path, table);
  const read = readScoreTable(path);
  expect(read.architectures).toEqual(table.architectures);
  expect(read.columns.map(({ info }) => info)).toEqual(columns.map(({ info }) => info));
  read.columns.forEach((got, i) => {
    for (const part of ['values', 'weights', 'nanCounts', 'seconds'] as const) {
      expect([...got[part]]).toEqual([...columns[i][part]]);
    }
  });
  expect(readdirSync(folder)).toEqual(['whole.arrow']);
});

test('weights and NaN counts that are the same are stored once', async () => {
  const path = join(folder, 'shared');
  const own = { ...column({ seed: '44' }, [7, 8, 9]), weights: Int32Array.of(1, 2, 3) };
  await writeScoreTable(path, new ScoreTable(table.architectures, [...columns, own]));
  const names = tableFromIPC(readFileSync(path)).schema.fields.map(({ name }) => name);
  const parts = (part: string) => names.filter((name) => name.endsWith(part));
  expect(parts('.weights')).toEqual(['gradsign@cifar10.weights', 'gradsign@cifar10#seed=44.weights']);
  expect(parts('.nan_count')).toEqual(['gradsign@cifar10.nan_count']);
  const read = readScoreTable(path).columns;
  expect([...read[2].weights]).toEqual([100, 101, 102]);
  expect([...read[3].weights]).toEqual([1, 2, 3]);
  expect([...read[3].nanCounts]).toEqual([0, 0, 0]);
  rmSync(path);
});

test('columns have names of their own', () => {
  const infos = columns.map(({ info }) => info);
  expect(columnLabels(infos)).toEqual(['gradsign@cifar10', 'gradsign@cifar10#seed=43', 'params']);
  expect(new Set(columnLabels([info, info, info])).size).toBe(3);
});

test.each([
  ['seed', { seed: '43' }],
  ['batch', { batchDigest: 'cd' }],
  ['network', { network: { variant: 'published', channels: 0, cellsPerStage: 0 } }],
  ['classes', { classes: 100 }],
  ['initialisations', { initializations: 2 }],
  ['definition', { scoreDefinitionVersion: 2 }],
  ['device', { device: 'cuda' }],
])('another %s is another key', (_, change) => {
  expect(columnKey({ ...info, ...change })).not.toBe(columnKey(info));
  const described: ColumnInfo = { ...info, dataset: 'npy:same-bytes', batchSize: 0 };
  expect(columnKey(described)).toBe(columnKey(info));
});

test('scores are found by their settings, also in a file that came or changed later', async () => {
  const later = join(folder, 'later');
  const tables = new ScoreTables([join(folder, 'nowhere'), folder, later]);
  tables.refresh();
  const found = tables.find(columnKey(columns[1].info), 'b')!;
  expect(found.column.values[found.row]).toBe(5);
  expect(tables.find(columnKey(info), 'c')).toBeUndefined();
  expect(tables.find(columnKey({ ...info, seed: '44' }), 'a')).toBeUndefined();
  const path = join(folder, 'whole.arrow');
  await writeScoreTable(path, new ScoreTable(['c'], [column({}, [7])]));
  tables.refresh();
  expect(tables.find(columnKey(info), 'c')?.row).toBe(0);
});

test.each([
  ['not-arrow', () => Buffer.from('{}'), 'its metadata lacks gradsign.format = gradsign-score-table/1'],
  ['cut', () => readFileSync(join(folder, 'whole.arrow')).subarray(0, 400), 'it is no Arrow file, or a damaged one'],
])('%s is told, and the others are still read', (name, bytes, rule) => {
  const bad = join(folder, `${name}.arrow`);
  writeFileSync(bad, bytes());
  const errors: ScoreTableError[] = [];
  const tables = new ScoreTables([folder], (error) => errors.push(error));
  tables.refresh();
  expect(errors.map(({ message }) => message)).toEqual([`${bad} is not a score table: ${rule}`]);
  expect(tables.find(columnKey(info), 'c')).toBeDefined();
  rmSync(bad);
});

test('a table whose columns do not fit is refused', () => {
  expect(() => new ScoreTable(['a'], columns)).toThrow('gradsign has 3 entries for 1 architectures');
  expect(() => new ScoreTable(['a', 'b', 'c'], [columns[0], columns[0]])).toThrow('two columns have the same settings');
});
