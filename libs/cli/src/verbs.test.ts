// Runs the built command line as its users do, without services: build first (`npm test` does).
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decodeModel } from '@gradsign/onnx';
import { searchSpace } from '@gradsign/search-spaces';
import { spearman } from '@gradsign/statistics';
import { builtCommand } from './test-support';

const folder = mkdtempSync(join(tmpdir(), 'gradsign-verbs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { run, json } = builtCommand(join(folder, 'home'));

const SMALL = ['--channels', '4', '--cells-per-stage', '1'];
const TRAINER = ['--image-size', '8', '--train-samples', '128', '--validation-samples', '64', '--test-samples', '64'];
const TABLE = ['--local', '--benchmark', 'mine', '--dataset', 'mnist'];

/** A table of the whole space with made-up accuracies, which grow with the number of convolutions. */
const space = searchSpace('nas-bench-201');
const architectures = [...space.enumerate!()].map((architecture) => space.format(architecture));
const accuracy = (architecture: string) => 50 + 5 * (architecture.match(/conv/g) ?? []).length;

beforeAll(() => {
  const lines = architectures.map((arch) => `"${arch}",${accuracy(arch) - 1},${accuracy(arch)},100`);
  writeFileSync(join(folder, 'mine.csv'), ['arch,valid,test,seconds', ...lines].join('\n'));
  const measures = { validAccuracy: 'valid', testAccuracy: 'test', trainSeconds: 'seconds' };
  const entry = { dataset: 'mnist', trainingSet: 'full', epochs: 12, seed: 'mean', measures };
  const mapping = { space: 'nas-bench-201', architecture: 'arch', evaluations: [entry] };
  writeFileSync(join(folder, 'mine.json'), JSON.stringify(mapping));
  const [report] = json(
    'benchmark',
    'import',
    'csv',
    join(folder, 'mine.csv'),
    '--name',
    'mine',
    '--columns',
    join(folder, 'mine.json'),
  );
  expect(report).toMatchObject({ benchmark: 'mine', architectures: architectures.length, missingCells: 0 });
});

test('an imported benchmark is listed, shown and queried', () => {
  expect(json('benchmark', 'list', '--local')).toMatchObject([{ benchmark: 'mine', space: 'nas-bench-201' }]);
  expect(json('benchmark', 'show', 'mine', '--local')).toMatchObject([
    { dataset: 'mnist', trainingSet: 'full', epochs: 12, split: 'valid', seeds: 'mean' },
    { dataset: 'mnist', trainingSet: 'full', epochs: 12, split: 'test', seeds: 'mean' },
  ]);
  const arch = architectures[3];
  expect(json('benchmark', 'query', ...TABLE, '--arch', arch)).toMatchObject([
    { benchmark: 'mine', architecture: arch, split: 'test', epochs: 12, accuracy: accuracy(arch), trainSeconds: 100 },
  ]);
});

test('correlate gives the correlation of the scores that it writes', () => {
  const out = join(folder, 'plots');
  const data = [
    '--proxies',
    'params,gradsign',
    '--batch-size',
    '4',
    '--score-dataset',
    'noise:mnist',
    '--sample',
    '12',
  ];
  const [params, gradsign] = json('correlate', ...TABLE, ...data, ...SMALL, '--out', out);
  expect(params).toMatchObject({ benchmark: 'mine', dataset: 'mnist', trainingSet: 'full', split: 'test', n: 12 });
  const [header, ...lines] = readFileSync(join(out, 'scores.csv'), 'utf8').trim().split('\n');
  expect(header).toBe('architecture,accuracy,params,gradsign');
  const columns = lines.map((line) =>
    line
      .slice(line.lastIndexOf('|') + 1)
      .replace(/^"?,/, '')
      .split(',')
      .map(Number),
  );
  const column = (i: number) => columns.map((row) => row[i]);
  expect(params.spearman).toBe(spearman(column(1), column(0)));
  expect(gradsign.spearman).toBe(spearman(column(2), column(0)));
  expect(gradsign.spearmanCi95[0]).toBeLessThan(gradsign.spearman);
  expect(gradsign.spearmanCi95[1]).toBeGreaterThan(gradsign.spearman);
  expect(readFileSync(join(out, 'gradsign.svg'), 'utf8')).toMatch(/^<svg /);
});

test('a sweep adds columns to its table, and scores come from it', () => {
  const file = join(folder, 'list.txt');
  const few = architectures.filter((_, i) => i % 3000 === 7);
  writeFileSync(file, few.join('\n'));
  const out = join(folder, 'home', 'scores', 'mine.arrow');
  mkdirSync(dirname(out), { recursive: true });
  const data = ['--space', 'nas-bench-201', '--dataset', 'noise:mnist', '--batch-size', '4', ...SMALL];
  const sweep = (...args: string[]) => json('sweep', '--local', ...data, '--arch-file', file, '--out', out, ...args);
  expect(sweep('--proxies', 'params')).toMatchObject([{ column: 'params', architectures: few.length }]);

  const score = (...args: string[]) =>
    json('score', '--local', ...data, '--arch-file', file, '--proxies', 'gradsign', ...args);
  const computed = score();
  const rows = (some: typeof computed) =>
    some.map(({ value, weights, nanCount, seconds }) => [value, weights, nanCount, seconds]);
  expect(computed.map(({ source }) => source)).toEqual(few.map(() => 'computed'));
  const settings = ['--proxies', 'gradsign'];
  expect(run('sweep', '--local', ...data, '--arch-file', file, '--out', out, ...settings, '--seed', '1').status).toBe(
    0,
  );
  expect(sweep(...settings)).toMatchObject([{ column: 'gradsign@noise:mnist#seed=42', architectures: few.length }]);
  const tabled = score();
  expect(tabled.map(({ source }) => source)).toEqual(few.map(() => 'table'));
  expect(rows(tabled).map(([value, weights]) => [value, weights])).toEqual(
    rows(computed).map(([value, weights]) => [value, weights]),
  );
  expect(score('--recompute').map(({ source }) => source)).toEqual(few.map(() => 'computed'));
  expect(existsSync(`${out}.journal`)).toBe(false);
});

test('searches on a table are the same each time, and several are summed up', () => {
  const search = [
    'search',
    'run',
    '--space',
    'nas-bench-201',
    ...TABLE,
    '--algorithm',
    'rea',
    '--budget-seconds',
    '2950',
  ];
  const [first, second, total] = json(...search, '--runs', '2');
  expect(first).toMatchObject({ algorithm: 'rea', seed: 0, profile: 'fair', trials: 30, simulatedSeconds: 3000 });
  expect(first.best.reward).toBe(accuracy(first.best.architecture) - 1);
  expect(first.final).toEqual({ mnist: { valid: first.best.reward, test: first.best.reward + 1 } });
  const mean = (first.best.reward + second.best.reward) / 2;
  expect(total).toMatchObject({
    algorithm: 'rea',
    runs: 2,
    final: { mnist: { valid: { mean }, test: { mean: mean + 1 } } },
  });
  const [again] = json(...search, '--seed', '1');
  expect({ ...again, search: '' }).toEqual({ ...second, search: '' });
});

test('train writes the network that was measured; the same training is not done twice', () => {
  const out = join(folder, 'trained.onnx');
  const args = ['train', '--local', '--space', 'nas-bench-201', '--arch', architectures[0], '--dataset', 'mnist'];
  const train = () => json(...args, '--epochs', '1', ...SMALL, ...TRAINER, '--out', out, '--workers', '1');
  const [first] = train();
  expect(first).toMatchObject({ architecture: architectures[0], dataset: 'mnist', epochs: 1, reused: false });
  expect(decodeModel(readFileSync(out)).outputs.map(({ name }) => name)).toEqual(['logits', 'probabilities']);
  expect(train()).toMatchObject([{ ...first, reused: true }]);
});

test('a guided search by real training ends with its best network', () => {
  const guide = [
    '--algorithm',
    'g-rea',
    '--population',
    '2',
    '--tournament',
    '2',
    '--pool-size',
    '3',
    '--batch-size',
    '4',
  ];
  const [row] = json(
    'search',
    'run',
    '--local',
    '--space',
    'nas-bench-201',
    '--dataset',
    'mnist',
    ...guide,
    '--budget-trials',
    '4',
    '--epochs',
    '1',
    ...SMALL,
    ...TRAINER,
  );
  expect(row).toMatchObject({ state: 'SUCCEEDED', algorithm: 'g-rea', seed: 0, profile: 'fair', trials: 4 });
  expect(row.scoredArchitectures).toBeGreaterThan(0);
  expect(row.final.mnist.valid).toBe(row.best.reward);
});

test.each([
  [
    ['search', 'run', '--space', 'nas-bench-201', '--dataset', 'mnist', '--algorithm', 'rea'],
    2,
    /^INVALID_ARGUMENT: --budget/,
  ],
  [
    ['search', 'run', '--space', 'n', '--dataset', 'mnist', '--algorithm', 'rea', '--budget-trials', '1'],
    2,
    /^INVALID_ARGUMENT: --space: "n" is not/,
  ],
  [
    [
      'search',
      'run',
      '--space',
      'nas-bench-201',
      '--dataset',
      'mnist',
      '--algorithm',
      'annealing',
      '--budget-trials',
      '1',
    ],
    2,
    /"annealing" is not one/,
  ],
  [
    ['benchmark', 'query', ...TABLE, '--arch', '|x|'],
    1,
    /^INVALID_ARGUMENT: architectures\[0\]: .*character 1: expected the operation of edge 0→1/,
  ],
  [
    ['benchmark', 'query', '--local', '--benchmark', 'none', '--dataset', 'mnist', '--arch', 'x'],
    1,
    /^NOT_FOUND: .*"none" is not installed/,
  ],
  [
    ['benchmark', 'query', '--local', '--benchmark', 'mine', '--dataset', 'cifar10', '--arch', 'x'],
    2,
    /--training-set is required/,
  ],
  [['benchmark', 'import', 'parquet', 'x', '--name', 'x'], 2, /"parquet" is not a format/],
  [
    ['benchmark', 'import', 'csv', '/nowhere.csv', '--name', 'x', '--columns', 'nb201-compiled'],
    1,
    /^FAILED_PRECONDITION: .*nowhere/,
  ],
  [
    [
      'score',
      '--space',
      'nas-bench-201',
      '--arch',
      'x',
      '--proxies',
      'params',
      '--dataset',
      'mnist',
      '--scorer',
      '127.0.0.1:1',
    ],
    1,
    /^UNAVAILABLE: no server answers at 127\.0\.0\.1:1 .*gradsign serve/,
  ],
  [
    [
      'score',
      '--space',
      'nas-bench-201',
      '--arch',
      'x',
      '--proxies',
      'params',
      '--dataset',
      'mnist',
      '--data-dir',
      '/',
    ],
    2,
    /--data-dir needs --local/,
  ],
])('%j ends with %d and a sentence', (args, code, sentence) => {
  const { status, stderr, stdout } = run(...args);
  expect(stderr).toMatch(sentence);
  expect(status).toBe(code);
  expect(stdout).toBe('');
});

test('doctor tries everything out', () => {
  const findings = json('doctor');
  const works = Object.fromEntries(findings.map(({ name, works }) => [name, works]));
  expect(works).toMatchObject({
    node: true,
    'onnxruntime on cpu': true,
    'reference on cpu': true,
    'gradsign of a small network': true,
    mnist: true,
    benchmarks: true,
  });
  for (const { works, detail } of findings) if (!works) expect(detail).not.toBe('');
});
