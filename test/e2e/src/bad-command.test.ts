// What the command line answers to files and options that it cannot use.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeNpy } from '@gradsign/datasets';
import { float32, int64 } from '@gradsign/onnx';
import { gradsign, temporaryFolder } from './product';
import { CELL } from './requests';

jest.setTimeout(120_000);

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const zeros = (...shape: number[]) => float32(new Float32Array(shape.reduce((a, b) => a * b)), shape);
const CIFAR_RECORD = 3073;

/** A file as MNIST has them: a magic number, sizes, bytes. */
function idx(magic: number, sizes: number[], bytes: number): Buffer {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  [magic, ...sizes].forEach((value, i) => head.writeUInt32BE(value, 4 * i));
  return Buffer.concat([head, Buffer.alloc(bytes)]);
}

beforeAll(() => {
  writeFileSync(path('x.npy'), writeNpy(zeros(2, 3, 32, 32)));
  writeFileSync(path('x28.npy'), writeNpy(zeros(2, 3, 28, 28)));
  writeFileSync(path('cut.npy'), readFileSync(path('x.npy')).subarray(0, -7));
  writeFileSync(path('text.npy'), 'images');
  writeFileSync(path('y.npy'), writeNpy(int64([3, 7])));
  writeFileSync(path('y10.npy'), writeNpy(int64([3, 10])));
  writeFileSync(path('y3.npy'), writeNpy(int64([3, 7, 1])));
  mkdirSync(path('cifar'));
  writeFileSync(path('cifar/data_batch_1.bin'), Buffer.alloc(2 * CIFAR_RECORD + 100));
  mkdirSync(path('mnist'));
  writeFileSync(path('mnist/train-images-idx3-ubyte'), idx(0x803, [10, 28, 28], 9 * 28 * 28 + 5));
  writeFileSync(path('mnist/train-labels-idx1-ubyte'), idx(0x801, [10], 10));
  writeFileSync(path('mnist/t10k-images-idx3-ubyte'), idx(0x803, [2, 28, 28], 2 * 28 * 28));
  writeFileSync(path('mnist/t10k-labels-idx1-ubyte'), idx(0x801, [2], 2));
});

const score = (...args: string[]) => [
  ...['score', '--local', '--workers', '1', '--space', 'nas-bench-201', '--arch', CELL, '--proxies', 'gradsign'],
  ...args,
];
const files = (inputs: string, labels: string) =>
  score('--dataset', 'cifar10', '--inputs', path(inputs), '--labels', path(labels));
const images = (dataset: string, dir: string) =>
  score('--dataset', dataset, '--data-dir', path(dir), '--batch-size', '2');
const search = (...args: string[]) => ['search', 'run', '--space', 'nas-bench-201', '--dataset', 'mnist', ...args];

type Case = [what: string, args: () => string[], sentence: RegExp];

test.each<Case>([
  [
    'images of another shape',
    () => files('x28.npy', 'y.npy'),
    /^INVALID_ARGUMENT: .*inputs\.shape \[2,3,28,28\]: images of cifar10 have shape \[N,3,32,32\]$/,
  ],
  [
    'images of another type',
    () => files('y.npy', 'y.npy'),
    /^INVALID_ARGUMENT: .*inputs\.dtype "int64": images are float32/,
  ],
  [
    'labels of another type',
    () => files('x.npy', 'x.npy'),
    /^INVALID_ARGUMENT: .*labels\.dtype "float32": labels are int64 or uint8$/,
  ],
  [
    'a label behind the last class',
    () => files('x.npy', 'y10.npy'),
    /^INVALID_ARGUMENT: .*labels\[1\] 10: a label is an integer in \[0, 10\)$/,
  ],
  [
    'more labels than images',
    () => files('x.npy', 'y3.npy'),
    /^INVALID_ARGUMENT: .*labels\.shape \[3\]: 2 images need/,
  ],
  [
    'an array cut short',
    () => files('cut.npy', 'y.npy'),
    /^INVALID_ARGUMENT: .*inputs\.shape \[2,3,32,32\]: this shape of float32 has 24576 bytes, the file has 24569$/,
  ],
  [
    'a text for an array',
    () => files('text.npy', 'y.npy'),
    /^INVALID_ARGUMENT: .*do not start with the magic of a \.npy file$/,
  ],
  [
    'a missing array',
    () => files('nosuch.npy', 'y.npy'),
    /^FAILED_PRECONDITION: .*no such file or directory.*nosuch\.npy/,
  ],
  [
    'a CIFAR file cut inside a record',
    () => images('cifar10', 'cifar'),
    /^FAILED_PRECONDITION: .*data_batch_1\.bin": has 6246 bytes, which is not a whole number of 3073-byte records$/,
  ],
  [
    'an MNIST file cut inside',
    () => images('mnist', 'mnist'),
    /^FAILED_PRECONDITION: .*train-images-idx3-ubyte": has 7077 bytes, its shape \[10,28,28\] needs 7856$/,
  ],
  [
    'an MNIST file cut inside, in training',
    () => [
      ...[
        'train',
        '--local',
        '--space',
        'nas-bench-201',
        '--arch',
        CELL,
        '--dataset',
        'mnist',
        '--epochs',
        '1',
        '--train-batch-size',
        '4',
      ],
      ...['--data-dir', path('mnist'), '--out', path('net.onnx')],
    ],
    /^FAILED_PRECONDITION: .*train-images-idx3-ubyte": has 7077 bytes, its shape \[10,28,28\] needs 7856$/,
  ],
  ['a missing folder', () => images('cifar10', 'nosuch'), /^FAILED_PRECONDITION: .*nosuch": there is no such folder$/],
  [
    'a missing file of architectures',
    () => ['score', '--space', 'nas-bench-201', '--arch-file', path('nosuch.txt'), '--proxies', 'params'],
    /^FAILED_PRECONDITION: .*nosuch\.txt/,
  ],
  [
    'a missing table',
    () => ['benchmark', 'import', 'csv', path('nosuch.csv'), '--columns', 'nb201-compiled', '--name', 'mine'],
    /^FAILED_PRECONDITION: .*nosuch\.csv/,
  ],
  [
    'a server that is not there',
    () => [
      ...score('--dataset', 'mnist').filter((arg) => !['--local', '--workers', '1'].includes(arg)),
      '--scorer',
      '127.0.0.1:1',
    ],
    /^UNAVAILABLE: no server answers at 127\.0\.0\.1:1 .*gradsign serve/,
  ],
])('%s fails with one line', async (_, args, sentence) => {
  const { code, stdout, stderr } = await gradsign(folder, ...args());
  expect(stderr.trimEnd()).toMatch(sentence);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
});

test.each<Case>([
  ['an unknown verb', () => ['scoer'], /^INVALID_ARGUMENT: unknown command 'scoer'/],
  ['an unknown verb of a verb', () => ['search', 'walk'], /^INVALID_ARGUMENT: unknown command 'walk'/],
  [
    'an unknown option',
    () => score('--dataset', 'mnist', '--colour', 'red'),
    /^INVALID_ARGUMENT: unknown option '--colour'/,
  ],
  [
    'a number that is none',
    () => score('--dataset', 'mnist', '--batch-size', 'two'),
    /^INVALID_ARGUMENT: option '--batch-size <n>' argument 'two' is invalid\. it must be an integer/,
  ],
  ['a missing option', () => ['score', '--space', 'nas-bench-201'], /^INVALID_ARGUMENT: required option '--proxies/],
  [
    'a search without a budget',
    () => search('--algorithm', 'rea'),
    /^INVALID_ARGUMENT: --budget-seconds or --budget-trials is/,
  ],
  [
    'an unknown algorithm',
    () => search('--algorithm', 'annealing', '--budget-trials', '2'),
    /^INVALID_ARGUMENT: --algorithm: "annealing" is not one of this version; it has random, /,
  ],
  [
    'a port that is none',
    () => ['serve', '--scorer-port', '70000'],
    /^INVALID_ARGUMENT: .*'70000' is invalid\. .*65535/,
  ],
])('%s is a bad invocation', async (_, args, sentence) => {
  const { code, stdout, stderr } = await gradsign(folder, ...args());
  expect(stderr.trimEnd()).toMatch(sentence);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
