import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Augmentation,
  NetworkVariant,
  parseDataset,
  SearchSpace,
  ServiceError,
  TrainerOptions,
  TrainingSpec,
} from '@gradsign/contracts';
import { writeNpy } from '@gradsign/datasets';
import { TrainingCompiler } from './training-spec';

const ARCHITECTURE = '|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|';

/** A number that no enum has; protobuf lets it through. */
const UNKNOWN = 99 as number;

const folder = mkdtempSync(join(tmpdir(), 'training-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Ten images of height 8, whose pixels all have one value. */
function arrays(name: string, width: number, value = 0) {
  const files = { inputs: join(folder, `${name}-x.npy`), labels: join(folder, `${name}-y.npy`), classes: 2 };
  const pixels = new Float32Array(80 * width).fill(value);
  writeFileSync(files.inputs, writeNpy({ dtype: 'float32', shape: [10, 1, 8, width], data: pixels }));
  writeFileSync(files.labels, writeNpy({ dtype: 'uint8', shape: [10], data: new Uint8Array(10) }));
  return files;
}

const compiler = new TrainingCompiler({
  npy: new Map([
    ['narrow', arrays('narrow', 6)],
    ['oblong', arrays('oblong', 16)],
    ['lost', { inputs: join(folder, 'none.npy'), labels: join(folder, 'none.npy'), classes: 2 }],
  ]),
});

function spec(change: Partial<TrainingSpec> = {}): TrainingSpec {
  return {
    ...TrainingSpec.create({ space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201, architecture: ARCHITECTURE, seed: 7n }),
    dataset: parseDataset('mnist', 'dataset'),
    ...change,
  };
}
const withTrainer = (change: Partial<TrainerOptions>) => spec({ trainer: { ...TrainerOptions.create(), ...change } });
const on = (name: string, trainer: Partial<TrainerOptions> = {}) => ({
  ...withTrainer(trainer),
  dataset: parseDataset(name, 'dataset'),
});

function refusal(given: TrainingSpec | undefined): ServiceError {
  try {
    compiler.compile(given);
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error('it is not refused');
}

test('every default is the one that the contract states', () => {
  const compiled = compiler.compile(spec());
  expect(compiled.spec).toEqual({
    space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
    architecture: ARCHITECTURE,
    dataset: parseDataset('mnist', 'dataset'),
    network: { variant: NetworkVariant.NETWORK_VARIANT_STANDARD, channels: 0, cellsPerStage: 0 },
    trainer: {
      epochs: 3,
      batchSize: 64,
      learningRate: 0.1,
      momentum: 0.9,
      weightDecay: 0.0005,
      nesterov: true,
      augmentation: Augmentation.AUGMENTATION_NONE,
      trainSamples: 48_000,
      validationSamples: 12_000,
      testSamples: 10_000,
      imageSize: 32,
    },
    seed: 7n,
  });
  expect(compiled.steps).toBe(3 * 750);
  expect(compiled.task.settings).toMatchObject({ augmentation: 'none', trainSamples: 48_000, imageSize: 32 });
});

test('what is given stays, zeros of optional fields among it; the rest of the images is used for training', () => {
  const given = {
    ...{ epochs: 5, batchSize: 10, learningRate: 0.5, momentum: 0, weightDecay: 0, nesterov: false },
    augmentation: Augmentation.AUGMENTATION_CROP_FLIP,
    ...{ trainSamples: 0, validationSamples: 100, testSamples: 5, imageSize: 8 },
  };
  const network = { variant: NetworkVariant.NETWORK_VARIANT_PUBLISHED, channels: 4, cellsPerStage: 1 };
  const compiled = compiler.compile({ ...withTrainer(given), network });
  expect(compiled.spec).toMatchObject({ network, trainer: { ...given, trainSamples: 59_900 } });
});

test('equal specifications have equal identities, whether defaults are written out or not; any change has another', () => {
  const { identity, spec: complete } = compiler.compile(spec());
  expect(compiler.compile(complete).identity).toBe(identity);
  const changes: TrainingSpec[] = [
    spec({ seed: 8n }),
    spec({ architecture: ARCHITECTURE.replace('skip_connect', 'none') }),
    spec({ network: { variant: 0, channels: 8, cellsPerStage: 0 } }),
    on('noise:mnist', { trainSamples: 100, validationSamples: 100, testSamples: 100 }),
    ...Object.entries({
      ...{ epochs: 4, batchSize: 65, learningRate: 0.2, momentum: 0.8, weightDecay: 0, nesterov: false },
      ...{ augmentation: 2, trainSamples: 100, validationSamples: 100, testSamples: 100, imageSize: 16 },
    }).map(([field, value]) => withTrainer({ [field]: value })),
  ];
  const identities = changes.map((changed) => compiler.compile(changed).identity);
  expect(new Set([identity, ...identities]).size).toBe(1 + changes.length);
});

test.each<[string, Partial<TrainerOptions>, string]>([
  ['epochs', { epochs: -1 }, '-1 is outside the range 1 to 1000'],
  ['epochs', { epochs: 1001 }, '1001 is outside the range 1 to 1000'],
  ['batch_size', { batchSize: -1 }, '-1 is outside the range 1 to 4096'],
  ['batch_size', { batchSize: 4097 }, '4097 is outside the range 1 to 4096'],
  ['batch_size', { trainSamples: 63 }, '64 is more than the 63 training images; it must be at most as many'],
  ['learning_rate', { learningRate: 0 }, '0 is given; it must be greater than 0 and at most 100'],
  ['learning_rate', { learningRate: NaN }, 'NaN is given; it must be greater than 0 and at most 100'],
  ['momentum', { momentum: 1 }, '1 is given; it must be at least 0 and less than 1'],
  ['momentum', { momentum: -0.1 }, '-0.1 is given; it must be at least 0 and less than 1'],
  ['weight_decay', { weightDecay: -1 }, '-1 is outside the range 0 to 1'],
  ['weight_decay', { weightDecay: Infinity }, 'Infinity is outside the range 0 to 1'],
  ['augmentation', { augmentation: UNKNOWN }, '99 is not an augmentation; known: none, crop-flip'],
  ['train_samples', { trainSamples: -1 }, '-1 is outside the range 1 to 48000'],
  ['train_samples', { trainSamples: 48_001 }, '48001 is outside the range 1 to 48000'],
  ['validation_samples', { validationSamples: -1 }, '-1 is outside the range 1 to 59999'],
  ['validation_samples', { validationSamples: 60_000 }, '60000 is outside the range 1 to 59999'],
  ['test_samples', { testSamples: -1 }, '-1 is outside the range 0 to 10000'],
  ['test_samples', { testSamples: 10_001 }, '10001 is outside the range 0 to 10000'],
  [
    'image_size',
    { imageSize: 15 },
    "15 is given; it must be the height of mnist's 32×32 pixels after division by a whole number",
  ],
  [
    'image_size',
    { imageSize: -8 },
    "-8 is given; it must be the height of mnist's 32×32 pixels after division by a whole number",
  ],
  [
    'image_size',
    { imageSize: 2 },
    'imageShape[1] is 2: nas-bench-201 halves height and width 2 times, so each must be a positive multiple of 4',
  ],
])('spec.trainer.%s: %j', (field, trainer, description) => {
  const { code, violations } = refusal(withTrainer(trainer));
  expect([code, violations]).toEqual(['INVALID_ARGUMENT', [{ field: `spec.trainer.${field}`, description }]]);
});

test('images that would not fit into memory are refused, as all of endless noise', () => {
  const { code, message } = refusal(on('noise:cifar10'));
  expect(code).toBe('INVALID_ARGUMENT');
  expect(message).toMatch(/^spec\.trainer\.train_samples: 3435973837 training, .* at most 1024 MiB are allowed$/);
  const samples = { trainSamples: 60_000, validationSamples: 27_300, testSamples: 81 };
  expect(compiler.compile(on('noise:cifar10', samples)).steps).toBeGreaterThan(0);
  expect(refusal(on('noise:cifar10', { ...samples, testSamples: 82 })).message).toContain('need 1025 MiB');
});

test('images need not be square, but the space must have a network for them, and scaling divide both sides', () => {
  expect(compiler.compile(on('npy:oblong', { batchSize: 4 })).task.settings.imageSize).toBe(8);
  expect(compiler.compile(on('npy:oblong', { batchSize: 4, imageSize: 4 })).task.settings.imageSize).toBe(4);
  expect(refusal(on('npy:narrow', { batchSize: 4 })).message).toBe(
    'spec.trainer.image_size: imageShape[2] is 6: nas-bench-201 halves height and width 2 times, so each must be a positive multiple of 4',
  );
  expect(refusal(on('npy:narrow', { batchSize: 4, imageSize: 2 })).message).toBe(
    "spec.trainer.image_size: 2 is given; it must be the height of npy:narrow's 8×6 pixels after division by a whole number",
  );
});

test('images of one’s own take part in the identity: other images under the same name are another training', () => {
  const identities = [0, 1, 0].map((value) => {
    const mine = new TrainingCompiler({ npy: new Map([['mine', arrays('mine', 8, value)]]) });
    return mine.compile(on('npy:mine', { batchSize: 4 })).identity;
  });
  expect(identities[1]).not.toBe(identities[0]);
  expect(identities[2]).toBe(identities[0]);
});

test('everything that is wrong is told at once', () => {
  const { code, violations } = refusal(
    spec({
      space: SearchSpace.SEARCH_SPACE_UNSPECIFIED,
      dataset: undefined,
      network: { variant: UNKNOWN, channels: 0, cellsPerStage: 0 },
      trainer: { ...TrainerOptions.create(), epochs: -1, momentum: 2 },
    }),
  );
  expect(code).toBe('INVALID_ARGUMENT');
  expect(violations.map(({ field }) => field)).toEqual([
    'spec.space',
    'spec.dataset',
    'spec.network.variant',
    'spec.trainer.epochs',
    'spec.trainer.momentum',
  ]);
});

test.each<[string, TrainingSpec | undefined, string, RegExp]>([
  ['no specification', undefined, 'INVALID_ARGUMENT', /^spec: a value is required/],
  ['a broken architecture', spec({ architecture: '|none' }), 'INVALID_ARGUMENT', /^spec\.architecture: .*character/],
  ['an unknown space', spec({ space: UNKNOWN }), 'INVALID_ARGUMENT', /^spec\.space: 99 is not a search space/],
  [
    'images that are not here',
    on('cifar100'),
    'FAILED_PRECONDITION',
    /^spec\.dataset: the images of "cifar100" are not/,
  ],
  ['an unregistered name', on('npy:other'), 'FAILED_PRECONDITION', /^spec\.dataset: .*"npy:other" are not registered/],
  ['files that are not there', on('npy:lost'), 'FAILED_PRECONDITION', /^spec\.dataset: npy:lost cannot be read/],
  ['a bad field beside', on('cifar100', { epochs: -1 }), 'INVALID_ARGUMENT', /^spec\.trainer\.epochs: /],
])('refused: %s', (_, given, code, message) => {
  const error = refusal(given);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
});
