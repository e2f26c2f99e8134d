import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScoreTable, writeScoreTable, type ColumnInfo } from '@gradsign/score-tables';
import { correlationRow } from './rows';
import { tableScores } from './scores';

const folder = mkdtempSync(join(tmpdir(), 'gradsign-correlate-'));
const path = join(folder, 'scores.arrow');
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
const column = (change: Partial<ColumnInfo>, values: number[]) => ({
  info: { ...info, ...change },
  values: Float64Array.from(values),
  weights: new Int32Array(values.length),
  nanCounts: new Int32Array(values.length),
  seconds: new Float32Array(values.length).fill(0.5),
});

beforeAll(() =>
  writeScoreTable(
    path,
    new ScoreTable(
      ['a', 'b', 'c', 'd'],
      [
        column({}, [4, 3, 2, 1]),
        column({ dataset: 'noise:cifar10', batchDigest: 'cd' }, [1, 2, 3, NaN]),
        column({ proxy: 'params', higherIsBetter: false, batchDigest: '' }, [10, 20, 30, 40]),
      ],
    ),
  ),
);

test('columns go by their name, or by their proxy’s where it has one', () => {
  const [noise, params] = tableScores(path, ['c', 'a'], ['gradsign@noise:cifar10', 'params']);
  expect(noise).toMatchObject({ values: [3, 1], seconds: [0.5, 0.5], dataset: 'noise:cifar10', higherIsBetter: true });
  expect(params).toMatchObject({ label: 'params', values: [30, 10], higherIsBetter: false });
});

test.each([
  [
    ['gradsign'],
    ['a'],
    'has more than one column "gradsign"; it has: gradsign@cifar10, gradsign@noise:cifar10, params',
  ],
  [['snip'], ['a'], 'has no column "snip"'],
  [['params'], ['z'], 'has no z'],
])('%j of %j is refused', (names, architectures, sentence) => {
  expect(() => tableScores(path, architectures, names)).toThrow(sentence);
});

test('a proxy whose low values are good has its direction turned; what is not a number ranks last', () => {
  const options = { benchmark: 'x', dataset: 'cifar10', split: 'test', epochs: 'final', trainSeed: 'mean' } as const;
  const row = (name: string) => {
    const [proxy] = tableScores(path, ['a', 'b', 'c', 'd'], [name]);
    return correlationRow(options, proxy, [90, 80, 70, 60], [1, 1, 1, 1]);
  };
  expect(row('params')).toMatchObject({ spearman: 1, spearmanWithinLiveWeights: 1, nanScores: 0 });
  expect(row('gradsign@noise:cifar10')).toMatchObject({ n: 4, nanScores: 1, secondsPerArchitecture: 0.5 });
  expect(row('gradsign@noise:cifar10').spearman).toBeCloseTo(0.2, 12);
});
