// Runs the built command line as its users do: build first (`npm test` does).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '@gradsign/datasets';
import { decodeModel, float32, int64 } from '@gradsign/onnx';

const BINARY = join(__dirname, '..', 'bin', 'gradsign.js');
const CELL = '|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|';
const SMALL = ['--channels', '4', '--cells-per-stage', '1', '--batch-size', '8', '--workers', '1'];
const folder = mkdtempSync(join(tmpdir(), 'gradsign-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function gradsign(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BINARY, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const score = (...args: string[]) => gradsign('score', '--local', '--space', 'nas-bench-201', ...args);
const rows = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('score ranks architectures by a proxy of populations; a sweep has no ranks', () => {
  const none = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
  const common = ['--dataset', 'noise:mnist', ...SMALL];
  const { stdout } = score('--arch', none, '--arch', CELL, '--proxies', 'az_nas,params', '--format', 'json', ...common);
  const [worse, params, better] = rows(stdout);
  expect(worse).toMatchObject({ architecture: none, proxy: 'az_nas', value: 4 * Math.log(1 / 2) });
  expect(params).toMatchObject({ architecture: none, proxy: 'params' });
  expect(better).toMatchObject({ architecture: CELL, proxy: 'az_nas', value: 0 });
  const out = join(folder, 'ranks.arrow');
  const sweep = ['sweep', '--local', '--space', 'nas-bench-201', '--proxies', 'az_nas', '--out', out];
  expect(gradsign(...sweep, ...common)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('"az_nas" ranks the members of a population: use ScorePopulation'),
  });
});

test('score writes what proxies draw', () => {
  const dump = join(folder, 'draws');
  const common = ['--arch', CELL, '--proxies', 'zen', '--dataset', 'noise:mnist', '--dump', dump, ...SMALL];
  expect(score(...common).status).toBe(0);
  expect(existsSync(join(dump, 'zen', '0', '63', 'images.npy'))).toBe(true);
  expect(score('--arch', CELL, ...common)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--dump is for one architecture; 2 are given'),
  });
  const remote = gradsign('score', '--space', 'nas-bench-201', ...common.slice(0, -2));
  expect(remote).toMatchObject({ status: 2, stderr: expect.stringContaining('--dump needs --local') });
});

test('score prints a line for each architecture and proxy, the same each time', () => {
  const args = [
    '--arch',
    CELL,
    '--proxies',
    'gradsign,params',
    '--dataset',
    'noise:cifar10',
    '--format',
    'json',
    ...SMALL,
  ];
  const { status, stdout } = score(...args);
  expect(status).toBe(0);
  const [gradsignRow, paramsRow] = rows(stdout);
  expect(gradsignRow).toMatchObject({
    space: 'nas-bench-201',
    architecture: CELL,
    proxy: 'gradsign',
    higherIsBetter: true,
    seed: 42,
    batchSize: 8,
    batchDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    dataset: 'noise:cifar10',
    nanCount: 0,
    engine: 'onnxruntime',
    device: 'cpu',
    source: 'computed',
  });
  // Between agreement by chance alone and full agreement of 8 samples.
  expect(gradsignRow.value).toBeGreaterThan(gradsignRow.weights);
  expect(gradsignRow.value).toBeLessThan(8 * gradsignRow.weights);
  expect(paramsRow).toMatchObject({ proxy: 'params', batchSize: 0, batchDigest: '' });
  const again = rows(score(...args).stdout);
  expect(again.map(({ value }) => value)).toEqual([gradsignRow.value, paramsRow.value]);
});

test('images from .npy files replace the data set’s', () => {
  const [x, y] = [join(folder, 'x.npy'), join(folder, 'y.npy')];
  writeFileSync(
    x,
    writeNpy(
      float32(
        Array.from({ length: 2 * 3072 }, (_, i) => Math.sin(i)),
        [2, 3, 32, 32],
      ),
    ),
  );
  writeFileSync(y, writeNpy(int64([3, 7])));
  const files = ['--inputs', x, '--labels', y, '--dataset', 'cifar10', '--channels', '4', '--cells-per-stage', '1'];
  const { status, stdout } = score(
    '--arch',
    CELL,
    '--proxies',
    'gradsign',
    '--format',
    'json',
    '--workers',
    '1',
    ...files,
  );
  expect(status).toBe(0);
  expect(rows(stdout)[0]).toMatchObject({ batchSize: 2, dataset: 'cifar10' });

  writeFileSync(y, writeNpy(int64([3, 10])));
  const wrong = score('--arch', CELL, '--proxies', 'gradsign', ...files);
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toMatch(/^INVALID_ARGUMENT: .*labels\[1\] 10: a label is an integer in \[0, 10\)\n$/);
});

test('one bad architecture does not take the others with it', () => {
  const args = [
    '--arch',
    CELL,
    '--arch',
    '|none~0|+|con',
    '--proxies',
    'params',
    '--dataset',
    'mnist',
    '--format',
    'json',
  ];
  const { status, stdout, stderr } = score(...args, '--workers', '1');
  expect(status).toBe(1);
  expect(rows(stdout)).toHaveLength(1);
  expect(stderr).toMatch(/^INVALID_ARGUMENT: architectures\[1\]: nas-bench-201 architecture, character 10: /);
});

test.each([
  ['serve'],
  ['score'],
  ['export'],
  ['sweep'],
  ['correlate'],
  ['train'],
  ['search', 'run'],
  ['benchmark', 'query'],
])('there is help for %s %s', (...verb) => {
  const { status, stdout, stderr } = gradsign(...verb.filter((word) => typeof word === 'string'), '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: gradsign /);
});

test('export writes a model that can be read again', () => {
  const out = join(folder, 'net.onnx');
  expect(gradsign('export', '--space', 'nas-bench-201', '--arch', CELL, '--out', out).status).toBe(0);
  const graph = decodeModel(readFileSync(out));
  expect(graph.inputs).toMatchObject([{ name: 'images', shape: ['N', 3, 32, 32] }]);
  expect(graph.outputs).toMatchObject([{ name: 'logits', shape: ['N', 10] }]);
});

const withData = ['--arch', CELL, '--dataset', 'mnist'];
test.each([
  [2, /^INVALID_ARGUMENT: unknown command 'nosuch'/, ['nosuch']],
  [
    2,
    /^INVALID_ARGUMENT: --dataset is required/,
    ['score', '--local', '--space', 'nas-bench-201', '--arch', CELL, '--proxies', 'params'],
  ],
  [
    2,
    /batch-size .*at least 1 and at most 4096/,
    ['score', '--local', '--space', 'nas-bench-201', ...withData, '--proxies', 'gradsign', '--batch-size', '0'],
  ],
  [
    1,
    /^INVALID_ARGUMENT: settings\.proxies\[0\]\.id: "gradsine" is not a proxy; known: gradsign, /,
    ['score', '--local', '--space', 'nas-bench-201', ...withData, '--proxies', 'gradsine'],
  ],
  [
    2,
    /^INVALID_ARGUMENT: --space: "nas-bench-202" is not a search space/,
    ['score', '--local', '--space', 'nas-bench-202', ...withData, '--proxies', 'params'],
  ],
  [
    1,
    /^FAILED_PRECONDITION: .*"cifar10" are not registered here/,
    ['score', '--local', '--space', 'nas-bench-201', '--arch', CELL, '--dataset', 'cifar10', '--proxies', 'gradsign'],
  ],
  [
    1,
    /^INVALID_ARGUMENT: architectures\[0\]: nas-bench-101 architecture, character 0: expected "{" at the start, got /,
    ['score', '--local', '--space', 'nas-bench-101', ...withData, '--proxies', 'params'],
  ],
  [
    1,
    /^FAILED_PRECONDITION: .*no such file or directory, open '\/nope'\n$/,
    [
      'score',
      '--local',
      '--space',
      'nas-bench-201',
      '--arch-file',
      '/nope',
      '--dataset',
      'mnist',
      '--proxies',
      'params',
    ],
  ],
  [
    1,
    /^FAILED_PRECONDITION: .*no such file or directory, open '\/nope\/n\.onnx'\n$/,
    ['export', '--space', 'nas-bench-201', '--arch', CELL, '--out', '/nope/n.onnx'],
  ],
])('exit code %d and one sentence: %s', (code, sentence, args) => {
  const { status, stderr, stdout } = gradsign(...args);
  expect(stderr).toMatch(sentence);
  expect({ status, stdout }).toEqual({ status: code, stdout: '' });
  expect(stderr).not.toContain('    at ');
});
