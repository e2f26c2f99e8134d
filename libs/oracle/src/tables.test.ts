import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BenchmarkStore, importCsv, NB201_COMPILED, type SeriesData, type SeriesKey } from '@gradsign/benchmarks';
import {
  parseDataset,
  SearchSpace,
  ServiceError,
  Split,
  StreamEvaluationsResponse,
  TrainingSet,
  type Evaluation,
  type EvaluationSettings,
} from '@gradsign/contracts';
import { searchSpace } from '@gradsign/search-spaces';
import { OracleService } from './oracle-service';

const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

const root = mkdtempSync(join(tmpdir(), 'tables-'));
afterAll(() => rmSync(root, { recursive: true }));

const settings: EvaluationSettings = {
  dataset: parseDataset('cifar10', 'dataset'),
  trainingSet: TrainingSet.TRAINING_SET_HALF,
  epochs: { value: { $case: 'final', value: true } },
  split: Split.SPLIT_VALID,
  seed: { value: { $case: 'meanOverSeeds', value: true } },
  epoch: 0,
};
const asked = (change: Partial<EvaluationSettings>) => ({ ...settings, ...change });
const epochs = (value: number) => ({ value: { $case: 'count' as const, value } });
const seed = (value: bigint) => ({ value: { $case: 'seed' as const, value } });

async function evaluations(service: OracleService, benchmark: string, given = settings, signal?: AbortSignal) {
  const messages: Evaluation[][] = [];
  for await (const message of service.streamEvaluations({ benchmark, settings: given }, { signal })) {
    messages.push(message.evaluations);
  }
  return messages;
}

const space = searchSpace('nas-bench-201');
/** 1,200 architectures of the space, in the order of their choices. */
const ARCHITECTURES = Array.from({ length: 1200 }, (_, i) =>
  space.format(space.encoding!.decode([4, 3, 2, 1, 0].reduce((code, p) => [...code, Math.floor(i / 5 ** p) % 5], [0]))),
);

/** Column by row of a series; NaN: no value. */
const column = (value: (row: number) => number, rows = ARCHITECTURES.length) =>
  Float64Array.from({ length: rows }, (_, row) => value(row));

function series(key: Partial<SeriesKey>, values: SeriesData['values'], notes: SeriesData['notes'] = {}): SeriesData {
  const rows = Object.values(values)[0].length;
  return {
    key: { dataset: 'cifar10', trainingSet: 'half', epochs: 12, epoch: 12, seed: 'mean', ...key },
    architectures: Int32Array.from({ length: rows }, (_, row) => row),
    sourceLines: Uint32Array.from({ length: rows }, (_, row) => row + 2),
    values,
    notes,
  };
}

describe('a made table', () => {
  const store = new BenchmarkStore(join(root, 'made'), searchSpace);
  const service = new OracleService({ store });
  const code = (error: unknown) => (error as ServiceError).code;

  beforeAll(async () => {
    await store.publish({
      info: {
        ...{ benchmark: 'made', version: '1', description: 'made by hand', space: 'nas-bench-201' },
        source: { file: 'made.csv', sha256: 'abc' },
        importer: { name: 'test', version: '7' },
        importTime: '2024-01-02T03:04:05.000Z',
      },
      architectures: ARCHITECTURES,
      series: [
        series(
          {},
          {
            validAccuracy: column((row) => (row === 1 ? NaN : row / 100)),
            validLoss: column((row) => 1 + row),
            trainSeconds: column((row) => 100 + row),
            params: column((row) => 1000 + row),
          },
          { validAccuracy: 'derived' },
        ),
        series({ epoch: 6 }, { validAccuracy: column((row) => row / 200) }),
        series({ seed: 777 }, { validAccuracy: column(() => 7) }),
        series({ dataset: 'mnist', trainingSet: 'full', epochs: 3, epoch: 3 }, { testAccuracy: column(() => 50, 3) }),
        series({ dataset: 'flowers', trainingSet: 'full' }, { testAccuracy: column(() => 60, 3) }),
      ],
    });
  });

  test('is listed and described, with what can be asked of it', async () => {
    const { benchmark } = await service.getBenchmark({ benchmark: 'made' });
    expect(await service.listBenchmarks()).toEqual({ benchmarks: [benchmark] });
    expect(benchmark).toEqual({
      id: 'made',
      description: 'made by hand',
      space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
      architectureCount: 1200n,
      coverage: [
        {
          dataset: parseDataset('cifar10', 'dataset'),
          trainingSet: TrainingSet.TRAINING_SET_HALF,
          epochs: 12,
          split: Split.SPLIT_VALID,
          seeds: [777n],
          meanOverSeeds: true,
          architectureCount: 1199n,
          bestAccuracy: 11.99,
          note: 'derived',
        },
        {
          dataset: parseDataset('mnist', 'dataset'),
          trainingSet: TrainingSet.TRAINING_SET_FULL,
          epochs: 3,
          split: Split.SPLIT_TEST,
          seeds: [],
          meanOverSeeds: true,
          architectureCount: 3n,
          bestAccuracy: 50,
          note: '',
        },
      ],
      sourceFile: 'made.csv',
      sourceSha256: 'abc',
      importerVersion: 'test 7',
      importTime: new Date('2024-01-02T03:04:05.000Z'),
    });
  });

  test('an evaluation has all that its row has, and nothing else', async () => {
    const { evaluation } = await service.getEvaluation({ benchmark: 'made', architecture: ARCHITECTURES[3], settings });
    expect(evaluation).toEqual({
      benchmark: 'made',
      architecture: ARCHITECTURES[3],
      dataset: settings.dataset,
      trainingSet: TrainingSet.TRAINING_SET_HALF,
      epochs: 12,
      epoch: 12,
      split: Split.SPLIT_VALID,
      seed: settings.seed,
      accuracy: 0.03,
      loss: 4,
      trainSeconds: 103,
      evalSeconds: undefined,
      params: 1003n,
      flops: undefined,
      rows: [3],
      note: 'valid_accuracy: derived',
    });
    const answer = async (change: Partial<EvaluationSettings>) =>
      (await service.getEvaluation({ benchmark: 'made', architecture: ARCHITECTURES[3], settings: asked(change) }))
        .evaluation!;
    expect(await answer({ seed: seed(777n) })).toMatchObject({ accuracy: 7, seed: seed(777n), params: 0n, note: '' });
    expect(await answer({ epochs: epochs(12), epoch: 6 })).toMatchObject({ accuracy: 0.015, epochs: 12, epoch: 6 });
  });

  test('without a training set, a data set other than CIFAR-10 means the full one', async () => {
    const trainingSet = TrainingSet.TRAINING_SET_UNSPECIFIED;
    const given = asked({ dataset: parseDataset('mnist', 'dataset'), split: Split.SPLIT_TEST, trainingSet });
    const request = { benchmark: 'made', architecture: ARCHITECTURES[0], settings: given };
    const { evaluation } = await service.getEvaluation(request);
    expect(evaluation).toMatchObject({ accuracy: 50, trainingSet: TrainingSet.TRAINING_SET_FULL });
  });

  test('many evaluations come in the order asked for; one bad query fails the call and is named', async () => {
    const architectures = [ARCHITECTURES[9], ARCHITECTURES[2], ARCHITECTURES[9]];
    const batch = (given: string[]) =>
      service.batchGetEvaluations({ benchmark: 'made', architectures: given, settings });
    expect((await batch(architectures)).evaluations.map(({ accuracy }) => accuracy)).toEqual([0.09, 0.02, 0.09]);
    await expect(batch([ARCHITECTURES[0], '|none'])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'architectures[1]' }],
    });
    const absent = space.format(space.encoding!.decode([4, 4, 4, 4, 4, 4]));
    await expect(batch([absent])).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `architectures[0]: made has 1200 architectures of the space nas-bench-201, and ${absent} is not one of them`,
    });
    await expect(batch(ARCHITECTURES.slice(0, 2))).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    await expect(batch(new Array<string>(5_001).fill(ARCHITECTURES[0]))).rejects.toMatchObject({
      violations: [{ field: 'architectures', description: '5001 architectures are given; at most 5000 are allowed' }],
    });
    const largest = new Array<string>(5_000).fill(ARCHITECTURES[0]);
    expect((await batch(largest)).evaluations).toHaveLength(5_000);
  });

  test('a stream gives every architecture that has a value in table order, and stops when aborted', async () => {
    const messages = await evaluations(service, 'made');
    expect(messages.map(({ length }) => length)).toEqual([499, 500, 200]);
    expect(messages.flat().map(({ architecture }) => architecture)).toEqual(ARCHITECTURES.toSpliced(1, 1));
    const abort = new AbortController();
    const stream = service.streamEvaluations({ benchmark: 'made', settings }, { signal: abort.signal });
    await stream.next();
    abort.abort();
    expect((await stream.next()).done).toBe(true);
  });

  test.each<[string, Partial<EvaluationSettings>, [string, string]]>([
    ['no data set', { dataset: undefined }, ['dataset', 'a data set is required']],
    [
      'no training set for CIFAR-10',
      { trainingSet: 0 },
      ['training_set', 'a value is required for cifar10, which has both half and full'],
    ],
    [
      'an unknown training set',
      { trainingSet: 9 as number },
      ['training_set', '9 is not a training set; known: half, full'],
    ],
    ['no epochs', { epochs: undefined }, ['epochs', 'a value is required: count or final']],
    ['empty epochs', { epochs: { value: undefined } }, ['epochs', 'a value is required: count or final']],
    ['no number of epochs', { epochs: epochs(0) }, ['epochs.count', '0 is outside the range 1 to 65535']],
    [
      'final that is false',
      { epochs: { value: { $case: 'final', value: false } } },
      ['epochs.final', 'false is given; it must be true, or count be given'],
    ],
    ['no split', { split: 0 }, ['split', 'a value is required; known: train, valid, test, valid_and_test']],
    [
      'an unknown split',
      { split: 9 as number },
      ['split', '9 is not a split; known: train, valid, test, valid_and_test'],
    ],
    ['no seed', { seed: undefined }, ['seed', 'a value is required: seed or mean_over_seeds']],
    ['a seed below 0', { seed: seed(-1n) }, ['seed.seed', '-1 is outside the range 0 to 2147483647']],
    [
      'a seed over the tables’',
      { seed: seed(2n ** 40n) },
      ['seed.seed', '1099511627776 is outside the range 0 to 2147483647'],
    ],
    [
      'a mean that is false',
      { seed: { value: { $case: 'meanOverSeeds', value: false } } },
      ['seed.mean_over_seeds', 'false is given; it must be true, or seed be given'],
    ],
    ['an epoch below 0', { epoch: -1 }, ['epoch', '-1 is outside the range 0 to 65535']],
    ['an epoch after the end', { epochs: epochs(12), epoch: 13 }, ['epoch', '13 is outside the range 0 to 12']],
  ])('refused: %s', async (_, change, [field, description]) => {
    const given = asked(change);
    const request = { benchmark: 'made', architecture: ARCHITECTURES[0], settings: given };
    const expected = { code: 'INVALID_ARGUMENT', violations: [{ field: `settings.${field}`, description }] };
    await expect(service.getEvaluation(request)).rejects.toMatchObject(expected);
    await expect(evaluations(service, 'made', given)).rejects.toMatchObject(expected);
  });

  test('all that is wrong with a question is told at once', async () => {
    const given = {
      dataset: undefined,
      trainingSet: 9 as number,
      epochs: undefined,
      split: 0,
      seed: undefined,
      epoch: -1,
    };
    const refused = service.getEvaluation({ benchmark: 'made', architecture: '', settings: given });
    const { violations } = (await refused.catch((error: unknown) => error)) as ServiceError;
    const fields = ['dataset', 'training_set', 'epochs', 'split', 'seed', 'epoch'];
    expect(violations.map(({ field }) => field).sort()).toEqual(fields.map((field) => `settings.${field}`).sort());
    await expect(
      service.getEvaluation({ benchmark: 'made', architecture: '', settings: undefined }),
    ).rejects.toMatchObject({ violations: [{ field: 'settings', description: 'a value is required' }] });
  });

  test('benchmarks and combinations that are not there', async () => {
    const named = (benchmark: string) => service.getBenchmark({ benchmark });
    await expect(named('other')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'benchmark: benchmark "other" is not installed: there are made',
    });
    for (const name of ['', '../made', 'A']) {
      await expect(named(name)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        violations: [{ field: 'benchmark' }],
      });
    }
    const lacking = asked({ dataset: parseDataset('cifar100', 'dataset') });
    await expect(evaluations(service, 'made', lacking)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'EVALUATION_UNAVAILABLE',
      message: 'made does not have the data set "cifar100": it has cifar10, flowers, mnist',
    });
    const request = { benchmark: 'made', architecture: ARCHITECTURES[0], settings: asked({ epochs: epochs(99) }) };
    await expect(service.getEvaluation(request)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('does not have cifar10, training set half, 99 epochs'),
    });
  });

  test('a damaged table is told, without the server’s path', async () => {
    const damaged = new BenchmarkStore(join(root, 'damaged'), searchSpace);
    await damaged.publish({ ...minimal('made') });
    writeFileSync(join(root, 'damaged', 'made', 'table.arrow'), 'nonsense');
    const error: unknown = await new OracleService({ store: damaged })
      .listBenchmarks()
      .catch((thrown: unknown) => thrown);
    expect(code(error)).toBe('DATA_LOSS');
    expect((error as Error).message).not.toContain(root);
  });
});

/** The least that can be published. */
function minimal(benchmark: string) {
  return {
    info: {
      ...{ benchmark, version: '', description: '', space: 'nas-bench-201', importTime: '2024-01-01T00:00:00.000Z' },
      source: { file: '', sha256: '' },
      importer: { name: 'test', version: '1' },
    },
    architectures: ARCHITECTURES.slice(0, 1),
    series: [series({}, { validAccuracy: column(() => 1, 1) })],
  };
}

const FILE = resolve(__dirname, '../../../../shared/data/nas-bench-201/nb201.csv.gz');
const present = existsSync(FILE);
if (!present) console.log(`skipped: the compiled NAS-Bench-201 table is not at ${FILE}`);

(present ? describe : describe.skip)('the compiled NAS-Bench-201 table', () => {
  const folder = join(root, 'nb201');
  const BENCHMARK = 'nas-bench-201-v1.1';
  const test200 = asked({ trainingSet: TrainingSet.TRAINING_SET_FULL, epochs: epochs(200), split: Split.SPLIT_TEST });

  beforeAll(async () => {
    const store = new BenchmarkStore(folder, searchSpace);
    const mapping = NB201_COMPILED.get(BENCHMARK)!;
    await importCsv({ store, path: FILE, benchmark: BENCHMARK, mapping, space });
  }, 60_000);

  test('answers for all 15,625 architectures, in messages that gRPC takes', async () => {
    const service = new OracleService({ store: new BenchmarkStore(folder, searchSpace) });
    const messages = await evaluations(service, BENCHMARK, test200);
    const all = messages.flat();
    expect(new Set(all.map(({ architecture }) => architecture)).size).toBe(15_625);
    for (const message of messages) {
      const { length } = StreamEvaluationsResponse.encode({ evaluations: message }).finish();
      expect(length).toBeLessThan(MAX_MESSAGE_BYTES);
    }
    const { benchmark } = await service.getBenchmark({ benchmark: BENCHMARK });
    const line = benchmark!.coverage.find(
      ({ dataset, trainingSet, epochs: length, split }) =>
        JSON.stringify([dataset, trainingSet, length, split]) ===
        JSON.stringify([test200.dataset, test200.trainingSet, 200, test200.split]),
    )!;
    expect(Math.max(...all.map(({ accuracy }) => accuracy))).toBe(line.bestAccuracy);
    // The best architecture of CIFAR-10 in the published table.
    expect(line.bestAccuracy).toBeCloseTo(94.37, 2);

    const architectures = all.slice(0, 5_000).map(({ architecture }) => architecture);
    const batch = await service.batchGetEvaluations({ benchmark: BENCHMARK, architectures, settings: test200 });
    expect(batch.evaluations).toEqual(all.slice(0, 5_000));
  });

  test('a process that answers from it holds no native engine and little memory', () => {
    const script = `
      const { OracleService } = require(${JSON.stringify(resolve(__dirname, '..'))});
      const { BenchmarkStore } = require('@gradsign/benchmarks');
      const { searchSpace } = require('@gradsign/search-spaces');
      const service = new OracleService({ store: new BenchmarkStore(${JSON.stringify(folder)}, searchSpace) });
      const settings = ${JSON.stringify(test200)};
      const architecture = ${JSON.stringify(ARCHITECTURES[7])};
      service.getEvaluation({ benchmark: '${BENCHMARK}', architecture, settings }).then(({ evaluation }) => {
        const native = Object.keys(require.cache).filter((path) => path.includes('onnxruntime-node'));
        const mib = process.memoryUsage.rss() / 2 ** 20;
        console.log(JSON.stringify({ accuracy: evaluation.accuracy, native, mib, seconds: performance.now() / 1000 }));
      });`;
    const cwd = resolve(__dirname, '..');
    const answer = JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' })) as {
      accuracy: number;
      native: string[];
      mib: number;
    };
    expect(answer.native).toEqual([]);
    expect(answer.accuracy).toBeGreaterThan(9);
    expect(answer.mib).toBeLessThan(250);
  });
});
