// What the services answer to requests that no client of ours would send.
import { uploadBatch } from '@gradsign/client';
import {
  fromStatus,
  SearchState,
  ServiceError,
  Split,
  type Dataset,
  type OracleApi,
  type ScorerApi,
  type ScoreSettings,
  type SearcherApi,
  type SearchSpec,
  type TrainerOptions,
  type TrainingSpec,
} from '@gradsign/contracts';
import { serving, temporaryFolder } from './product';
import { invalid, refusal } from './refusal';
import {
  CELL,
  cifar10,
  guidedSearch,
  mnist,
  NAS_BENCH_201,
  OTHER_CELL,
  quickTrainer,
  scoreSettings,
  trainingSpec,
} from './requests';
import { createSearch, ended, succeeds } from './searches';
import { fromTable, importTable, tableSettings } from './table';

jest.setTimeout(120_000);

const home = temporaryFolder();
let stop: () => Promise<unknown>;
let scorer: ScorerApi;
let oracle: OracleApi;
let searcher: SearcherApi;
beforeAll(async () => {
  await importTable(home, 'two', [CELL, OTHER_CELL]);
  const served = await serving(home);
  ({ scorer, oracle, searcher } = served.clients);
  stop = served.stop;
});
afterAll(() => stop());

/** A number that no enum of the contract has. */
const UNKNOWN = 99 as number;
const builtin = (value: number): Dataset => ({ source: { $case: 'builtin', value } });

type Case = [what: string, call: () => Promise<unknown>, refused: object];
const refuses = async (_: string, call: () => Promise<unknown>, refused: object) =>
  expect(await refusal(call())).toMatchObject(refused);

describe('a score', () => {
  const score = (settings: Partial<ScoreSettings>, architecture = CELL, space = NAS_BENCH_201) =>
    scorer.scoreArchitecture({
      subject: { $case: 'architecture', value: { space, architecture } },
      settings: scoreSettings(settings),
    });
  const proxy = (id: string, batchSize?: number) => ({ proxies: [{ id, batchSize, initializations: undefined }] });
  const on = (value: Dataset) => ({ data: { source: { $case: 'dataset' as const, value }, augmentation: 0 } });
  const batch = (digest: string) => ({
    ...proxy('gradsign'),
    data: { source: { $case: 'batch' as const, value: { digest, dataset: mnist } }, augmentation: 0 },
  });
  const unregistered = (name: string) => ({
    code: 'FAILED_PRECONDITION',
    reason: 'DATASET_NOT_REGISTERED',
    message: expect.stringMatching(
      `^settings\\.data\\.dataset: the images of "${name}" are not registered here; registered: mnist, noise:cifar10, `,
    ),
  });

  test.each<Case>([
    [
      'a malformed architecture',
      () => score({}, '|none~0|+|con'),
      invalid(
        'architecture.architecture',
        /character 10: expected the operation of edge 0→2, one of none, .*got "con"$/,
      ),
    ],
    [
      'an unknown space',
      () => score({}, CELL, UNKNOWN),
      invalid('architecture.space', /99 is not a search space; known: nas-bench-101, nas-bench-201, /),
    ],
    [
      'no space',
      () => score({}, CELL, 0),
      invalid('architecture.space', /a value is required; known: nas-bench-101, /),
    ],
    [
      'an unknown proxy',
      () => score(proxy('gradsine', 8)),
      invalid('settings.proxies[0].id', /"gradsine" is not a proxy; known: gradsign, /),
    ],
    [
      'an unknown data set',
      () => score(on(builtin(UNKNOWN))),
      invalid(
        'settings.data.dataset.builtin',
        /99 is not a data set; known: cifar10, cifar100, imagenet16-120, mnist$/,
      ),
    ],
    ['a data set that is not registered', () => score(on(cifar10)), unregistered('cifar10')],
    [
      'a path for a name',
      () => score(on({ source: { $case: 'npy', value: '../../etc/passwd' } })),
      unregistered('npy:../../etc/passwd'),
    ],
    [
      'an unknown engine',
      () => score({ engine: UNKNOWN }),
      invalid('settings.engine', /99 is not an engine; known: onnxruntime, tensorflow, reference$/),
    ],
    [
      'an unknown device',
      () => score({ device: 'quantum' }),
      invalid('settings.device', /"quantum" is not a device; known: auto, cpu, /),
    ],
    [
      'an unknown network',
      () => score({ network: { variant: UNKNOWN, channels: 4, cellsPerStage: 1 } }),
      invalid('settings.network.variant', /99 is not a network variant; known: standard, published$/),
    ],
    [
      'a batch of no images',
      () => score(proxy('gradsign', 0)),
      invalid('settings.proxies[0].batch_size', /0 is outside the range 1 to 4096$/),
    ],
    [
      'a batch of two thousand million images',
      () => score(proxy('gradsign', 2 ** 31 - 1)),
      invalid('settings.proxies[0].batch_size', /2147483647 is outside the range 1 to 4096$/),
    ],
    [
      'a batch that was not uploaded',
      () => score(batch('a'.repeat(64))),
      {
        code: 'NOT_FOUND',
        message: `settings.data.batch.digest: no batch ${'a'.repeat(64)} is kept here; upload it first`,
      },
    ],
  ])('refuses %s', refuses);

  test('refuses a batch of another data set’s shape', async () => {
    const images = new Float32Array(2 * 3 * 32 * 32);
    const labels = Int32Array.of(1, 2);
    const digest = await uploadBatch(scorer, { imageShape: [3, 32, 32], classes: 10, size: 2, images, labels });
    const rule = /images and labels of 3×32×32, 10 classes; mnist has 1×32×32, 10 classes$/;
    expect(await refusal(score(batch(digest)))).toMatchObject(invalid('settings.data.batch', rule));
  });

  test('tells every violation of a request at once', async () => {
    const error = await refusal(
      score({ ...proxy('gradsine', 8), engine: UNKNOWN, network: undefined, data: undefined }),
    );
    expect(error.violations.map(({ field }) => field).sort()).toEqual([
      'settings.data',
      'settings.engine',
      'settings.proxies[0].id',
    ]);
  });
});

describe('an uploaded batch', () => {
  const SIZE = { size: 2, channels: 1, height: 4, width: 4, classes: 10 };
  const header = (change = {}) => ({ part: { $case: 'header' as const, value: { ...SIZE, ...change } } });
  const chunk = (value: Uint8Array) => ({ part: { $case: 'chunk' as const, value: Buffer.from(value) } });
  const content = (...labels: bigint[]) =>
    Buffer.concat([Buffer.alloc(2 * 16 * 4), Buffer.from(BigInt64Array.from(labels).buffer)]);
  const upload = (...parts: ReturnType<typeof header | typeof chunk>[]) =>
    scorer.uploadBatch(
      (async function* () {
        yield* parts;
      })(),
    );

  test.each<Case>([
    [
      'a label behind the last class',
      () => upload(header(), chunk(content(3n, 10n))),
      invalid('chunk', /labels\[1\] 10: a label is an integer in \[0, 10\)$/),
    ],
    [
      'a label below 0',
      () => upload(header(), chunk(content(-1n, 3n))),
      invalid('chunk', /labels\[0\] -1: a label is an integer in \[0, 10\)$/),
    ],
    [
      'less than was announced',
      () => upload(header(), chunk(content(3n, 4n).subarray(0, -5))),
      invalid('chunk', /139 bytes came; the header announces 144$/),
    ],
    [
      'more than was announced',
      () => upload(header(), chunk(content(3n, 4n)), chunk(Buffer.of(0))),
      invalid('chunk', /more than the 144 bytes that the header announces came$/),
    ],
    ['no images', () => upload(header({ size: 0 })), invalid('header.size', /0 is outside the range 1 to 4096$/)],
    [
      'terabytes',
      () => upload(header({ size: 4096, channels: 64, height: 1024, width: 1024 })),
      invalid('header', /the batch has \d+ bytes; 268435456 are allowed$/),
    ],
    ['bytes without a header', () => upload(chunk(content(1n, 2n))), invalid('header', /the first message must be/)],
    ['nothing', () => upload(), invalid('header', /the stream ended without a header$/)],
  ])('is refused with %s', refuses);
});

describe('a question to a table', () => {
  const query = (change: object) =>
    oracle.getEvaluation({ benchmark: 'two', architecture: CELL, settings: tableSettings, ...change });
  const asking = (change: object) => query({ settings: { ...tableSettings, ...change } });

  test.each<Case>([
    [
      'a benchmark that is not installed',
      () => query({ benchmark: 'nosuch' }),
      {
        code: 'NOT_FOUND',
        reason: 'UNKNOWN_BENCHMARK',
        message: expect.stringMatching(/^benchmark: .*"nosuch" is not installed.*two/),
      },
    ],
    [
      'a path for a name',
      () => query({ benchmark: '../two' }),
      invalid('benchmark', /"\.\.\/two": it must be 1 to 63 /),
    ],
    [
      'an architecture that the table lacks',
      () => query({ architecture: CELL.replace('none~1', 'nor_conv_1x1~1') }),
      {
        code: 'NOT_FOUND',
        reason: 'UNKNOWN_ARCHITECTURE',
        message: expect.stringMatching(/^architecture: two has 2 architectures .* is not one of them$/),
      },
    ],
    [
      'a malformed architecture',
      () => query({ architecture: 'conv' }),
      invalid('architecture', /character 0: expected .*, got "c/),
    ],
    [
      'an unknown split',
      () => asking({ split: UNKNOWN }),
      invalid('settings.split', /99 is not a split; known: train, valid, test, valid_and_test$/),
    ],
    [
      'an unknown training set',
      () => asking({ trainingSet: UNKNOWN }),
      invalid('settings.training_set', /99 is not a training set; known: half, full$/),
    ],
    [
      'a split that the table lacks',
      () => asking({ split: Split.SPLIT_TRAIN }),
      {
        code: 'FAILED_PRECONDITION',
        message: expect.stringMatching(
          /^two does not have cifar10, .* split train, .*: for cifar10 it has half 12 epochs/,
        ),
      },
    ],
  ])('is refused for %s', refuses);
});

describe('a training', () => {
  const train = (change: Partial<TrainingSpec>) =>
    oracle.startTraining({ spec: trainingSpec(change), requestId: '', recompute: false });
  const trainer = (change: Partial<TrainerOptions>) => train({ trainer: { ...quickTrainer, ...change } });

  test.each<Case>([
    [
      'a batch larger than the training set',
      () => trainer({ batchSize: 65 }),
      invalid('spec.trainer.batch_size', /65 is more than the 64 training images/),
    ],
    [
      'a size that does not divide the images',
      () => trainer({ imageSize: 9 }),
      invalid(
        'spec.trainer.image_size',
        /9 is given; it must be the height of mnist's 32×32 pixels after division by a whole number/,
      ),
    ],
    [
      'a learning rate below 0',
      () => trainer({ learningRate: -1 }),
      invalid('spec.trainer.learning_rate', /-1 is given; it must be greater than 0/),
    ],
    [
      'more images than there are',
      () => trainer({ trainSamples: 70_000 }),
      invalid('spec.trainer.train_samples', /70000 is outside the range 1 to \d+$/),
    ],
    [
      'epochs without end',
      () => trainer({ epochs: 2 ** 31 - 1 }),
      invalid('spec.trainer.epochs', /2147483647 is outside the range 1 to 1000$/),
    ],
    ['an unknown space', () => train({ space: UNKNOWN }), invalid('spec.space', /99 is not a search space; known: /)],
    [
      'a data set that is not registered',
      () => train({ dataset: cifar10 }),
      {
        code: 'FAILED_PRECONDITION',
        message: expect.stringMatching(/^spec\.dataset: the images of "cifar10" are not /),
      },
    ],
  ])('is refused for %s', refuses);
});

describe('a search', () => {
  const search = (change: Partial<SearchSpec>) => createSearch(searcher, guidedSearch(3, change));
  const guidance = guidedSearch(3).guidance!;

  test.each<Case>([
    [
      'no budget',
      () => search({ budget: undefined }),
      invalid('spec.budget', /at least one limit is required: seconds or trials$/),
    ],
    ['an unknown profile', () => search({ profile: UNKNOWN }), invalid('spec.profile', /99 is not /)],
    ['an unknown space', () => search({ space: UNKNOWN }), invalid('spec.space', /99 is not a search space; known: /)],
    [
      'a benchmark that is not installed',
      () => search({ evaluation: fromTable('nosuch') }),
      invalid('spec.benchmark.benchmark', /"nosuch" is not installed/),
    ],
    [
      'an unknown proxy',
      () => search({ guidance: { ...guidance, proxies: [{ ...guidance.proxies[0], id: 'gradsine' }] } }),
      invalid('spec.guidance.proxies[0].id', /"gradsine" is not a proxy; known: gradsign, /),
    ],
  ])('is refused for %s', refuses);

  /** What becomes of a search that only another service can find fault with: told at once or at its first trial. */
  async function fate(change: Partial<SearchSpec>): Promise<ServiceError> {
    try {
      const { search: end, trials } = await ended(searcher, (await search(change)).name);
      expect(SearchState[end.state]).toBe('SEARCH_STATE_FAILED');
      expect(trials.at(-1)!.error).toEqual(end.error);
      return fromStatus(end.error!);
    } catch (error) {
      if (error instanceof ServiceError) return error;
      throw error;
    }
  }

  test.each<[string, Partial<SearchSpec>, RegExp]>([
    [
      'guided by images that the scorer does not have',
      { guidance: { ...guidance, data: { source: { $case: 'dataset', value: cifar10 }, augmentation: 0 } } },
      /images of "cifar10".*: mnist, noise:cifar10, /,
    ],
    [
      'with trainings on images that the oracle does not have',
      {
        evaluation: {
          $case: 'training',
          value: { dataset: cifar10, network: undefined, trainer: quickTrainer, seed: 0n },
        },
      },
      /the images of "cifar10" are not registered here; registered: mnist, /,
    ],
    [
      'with trainings that are impossible',
      {
        evaluation: {
          $case: 'training',
          value: { dataset: mnist, network: undefined, trainer: { ...quickTrainer, batchSize: 65 }, seed: 0n },
        },
      },
      /trainer\.batch_size: 65 is more than the 64 training images/,
    ],
  ])('%s ends with the reason', async (_, change, sentence) => {
    const { code, message } = await fate(change);
    expect(['FAILED_PRECONDITION', 'INVALID_ARGUMENT']).toContain(code);
    expect(message).toMatch(sentence);
  });
});

describe('names, pages and cursors', () => {
  test.each<Case>([
    ['no name', () => searcher.getSearch({ name: '' }), invalid('name', /"" is not a search's name/)],
    [
      'a malformed name',
      () => searcher.getSearch({ name: 'search/1' }),
      invalid('name', /"search\/1" is not a search's/),
    ],
    [
      'a search that there is not',
      () => searcher.getSearch({ name: 'searches/0123456789ab' }),
      { code: 'NOT_FOUND', message: 'there is no searches/0123456789ab' },
    ],
    [
      'a trial’s number of 0',
      () => searcher.getTrial({ name: 'searches/0123456789ab/trials/0' }),
      invalid('name', /is not a trial's name, which is searches\/ID\/trials\/NUMBER$/),
    ],
    [
      'a malformed training',
      () => oracle.getTraining({ name: 'trainings/' }),
      invalid('name', /"trainings\/" is given;/),
    ],
    [
      'a training that there is not',
      () => oracle.getTraining({ name: 'trainings/abc' }),
      { code: 'NOT_FOUND', message: expect.stringContaining('there is no training "trainings/abc"') },
    ],
    [
      'a page of more than 1,000',
      () => searcher.listSearches({ pageSize: 1001, pageToken: '', filter: '', orderBy: '' }),
      invalid('page_size', /1001 is outside the range 1 to 1000/),
    ],
    [
      'an unknown filter',
      () => searcher.listSearches({ pageSize: 1, pageToken: '', filter: 'colour = red', orderBy: '' }),
      invalid('filter', /"colour = red" is not of the form/),
    ],
  ])('%s is refused', refuses);

  test('a token or cursor of one list is none of another', async () => {
    const spec = guidedSearch(2, { guidance: undefined });
    const [one, other] = [await succeeds(searcher, spec), await succeeds(searcher, spec)];
    const list = (parent: string, pageToken: string, filter = '') =>
      searcher.listTrials({ parent, pageSize: 1, pageToken, filter });
    const { nextPageToken } = await list(one.search.name, '');
    expect((await list(one.search.name, nextPageToken)).trials).toHaveLength(1);
    const foreign = invalid('page_token', /it does not belong to this list; a token goes with the request it came of$/);
    expect(await refusal(list(other.search.name, nextPageToken))).toMatchObject(foreign);
    expect(await refusal(list(one.search.name, nextPageToken, 'state = SUCCEEDED'))).toMatchObject(foreign);
    expect(await refusal(oracle.listTrainings({ pageSize: 1, pageToken: nextPageToken }))).toMatchObject(foreign);

    const watch = async (name: string, cursor: string) => {
      let last = '';
      for await (const event of searcher.watchSearch({ name, cursor })) last = event.cursor;
      return last;
    };
    const cursor = await watch(one.search.name, '');
    const stranger = invalid('cursor', new RegExp(`"${cursor}" is not a cursor of ${other.search.name}`));
    expect(await refusal(watch(other.search.name, cursor))).toMatchObject(stranger);
    expect(await refusal(watch(one.search.name, '17'))).toMatchObject(invalid('cursor', /"17" is not a cursor of /));
  });
});
