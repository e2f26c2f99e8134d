/**
 * Real trainings on real worker processes. They run the build in dist/: `tsc -b libs/oracle` first (as `npm test` does).
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchmarkStore } from '@gradsign/benchmarks';
import type { ComputePool } from '@gradsign/compute-pool';
import {
  fromStatus,
  parseDataset,
  SearchSpace,
  TrainerOptions,
  TrainingState,
  type Training,
  type TrainingSpec,
} from '@gradsign/contracts';
import { openDataset, writeNpy } from '@gradsign/datasets';
import { loadModelFile } from '@gradsign/engine-onnxruntime';
import { flops, parameterCount } from '@gradsign/network';
import { searchSpace } from '@gradsign/search-spaces';
import { measureModel, prepareData, type TrainerSettings } from '@gradsign/training';
import { OracleService } from './oracle-service';
import { openTrainings, type Trainings, type TrainingsOptions } from './trainings';
import { createTrainerPool } from './worker-pool';

jest.setTimeout(60_000);

const ARCHITECTURE = '|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|avg_pool_3x3~1|nor_conv_1x1~2|';
const { TRAINING_STATE_QUEUED, TRAINING_STATE_RUNNING, TRAINING_STATE_SUCCEEDED } = TrainingState;
const { TRAINING_STATE_FAILED, TRAINING_STATE_CANCELLED } = TrainingState;

const root = mkdtempSync(join(tmpdir(), 'trainings-'));
let pool: ComputePool;
beforeAll(async () => {
  pool = createTrainerPool({ size: 1, queueLimit: 1, environment: {} });
});
afterAll(async () => {
  await pool.close();
  rmSync(root, { recursive: true });
});

let folders = 0;
let folder: string;
let opened: Trainings[] = [];
beforeEach(() => (folder = join(root, `${folders++}`)));
afterEach(async () => {
  await Promise.all(opened.map((trainings) => trainings.close()));
  opened = [];
  await idle();
});

/** A worker that was told to stop is busy until it has. */
async function idle(): Promise<void> {
  while (pool.stats().queued > 0 || pool.stats().workers.some(({ busy }) => busy)) await sleep(5);
}

/** Images whose labels are rewritten once this process has checked them. */
const rewritten = { inputs: join(root, 'x.npy'), labels: join(root, 'y.npy'), classes: 2 };
writeFileSync(rewritten.inputs, writeNpy({ dtype: 'float32', shape: [40, 1, 8, 8], data: new Float32Array(2560) }));
writeFileSync(rewritten.labels, writeNpy({ dtype: 'uint8', shape: [40], data: new Uint8Array(40) }));
const data = { npy: new Map([['rewritten', rewritten]]) };

async function open(options: Partial<TrainingsOptions> = {}) {
  const trainings = await openTrainings({ pool: () => pool, data, folder, ...options });
  opened.push(trainings);
  const store = new BenchmarkStore(join(root, 'none'), searchSpace);
  return { trainings, oracle: new OracleService({ store, trainings: async () => trainings }) };
}

async function close(trainings: Trainings): Promise<void> {
  opened = opened.filter((other) => other !== trainings);
  await trainings.close();
}

const SAMPLES = { trainSamples: 256, validationSamples: 100, testSamples: 60, imageSize: 16 };

function spec(trainer: Partial<TrainerOptions> = {}, change: Partial<TrainingSpec> = {}): TrainingSpec {
  return {
    space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
    architecture: ARCHITECTURE,
    dataset: parseDataset('mnist', 'dataset'),
    network: { variant: 0, channels: 4, cellsPerStage: 1 },
    trainer: { ...TrainerOptions.create(), ...SAMPLES, epochs: 2, batchSize: 32, ...trainer },
    seed: 1n,
    ...change,
  };
}
/** One that lasts until it is cancelled. */
const endless = (seed = 1n) => spec({ epochs: 1000, trainSamples: 2000 }, { seed });

async function start(
  oracle: OracleService,
  given: TrainingSpec,
  more: { requestId?: string; recompute?: boolean } = {},
) {
  const { training } = await oracle.startTraining({ spec: given, requestId: '', recompute: false, ...more });
  return training!;
}

async function states(oracle: OracleService, { name }: Training): Promise<Training[]> {
  const seen: Training[] = [];
  for await (const { training } of oracle.watchTraining({ name })) seen.push(training!);
  return seen;
}
const end = async (oracle: OracleService, training: Training) => (await states(oracle, training)).at(-1)!;

async function running(oracle: OracleService, { name }: Training): Promise<void> {
  for await (const { training } of oracle.watchTraining({ name })) {
    if (training!.state === TRAINING_STATE_RUNNING && training!.step > 0) return;
  }
}

async function download(oracle: OracleService, { name }: Training): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const { chunk } of oracle.downloadModel({ name })) chunks.push(chunk);
  return chunks;
}

const get = async (oracle: OracleService, { name }: Training) => (await oracle.getTraining({ name })).training!;
const lines = () => readFileSync(join(folder, 'trainings.jsonl'), 'utf8').trim().split('\n');

test('a training is queued, runs, tells each epoch, and succeeds with the accuracy of its file', async () => {
  const { oracle } = await open();
  const begun = await start(oracle, spec());
  expect(begun).toMatchObject({ owner: 'local', state: TRAINING_STATE_QUEUED, step: 0, steps: 16, curve: [] });
  expect(begun.spec).toMatchObject({ trainer: { ...SAMPLES, learningRate: 0.1, nesterov: true } });

  const seen = await states(oracle, begun);
  expect([...new Set(seen.map(({ state }) => state))]).toEqual([
    TRAINING_STATE_QUEUED,
    TRAINING_STATE_RUNNING,
    TRAINING_STATE_SUCCEEDED,
  ]);
  const steps = seen.map(({ step }) => step);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  const done = seen.at(-1)!;
  expect(await get(oracle, begun)).toEqual(done);
  expect(done.curve.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(done).toMatchObject({ step: 16, error: undefined });
  const [created, started, ended] = [done.createTime!, done.startTime!, done.endTime!].map(Number);
  expect(created <= started && started < ended).toBe(true);

  const chunks = await download(oracle, begun);
  const model = Buffer.concat(chunks);
  const result = done.result!;
  expect(createHash('sha256').update(model).digest('hex')).toBe(result.modelSha256);
  const dataset = openDataset('mnist');
  const prepared = prepareData(dataset, SAMPLES as TrainerSettings);
  const file = await loadModelFile(model);
  expect(result).toMatchObject({
    validationAccuracy: await measureModel(file, prepared, 'validation'),
    testAccuracy: await measureModel(file, prepared, 'test'),
    reused: false,
  });
  expect(result.trainSeconds).toBeGreaterThan(0);
  expect(result.trainSeconds).toBeLessThan(done.curve[1].seconds);
  const space = searchSpace('nas-bench-201');
  const network = space.network(space.parse(ARCHITECTURE), {
    ...{ imageShape: [1, 16, 16], classes: 10, channels: 4, cellsPerStage: 1, variant: 'trained' },
  });
  expect(result.params).toBe(BigInt(parameterCount(network)));
  expect(result.flops).toBe(flops(network.graph));
  expect(done.curve[1].trainLoss).toBeLessThan(done.curve[0].trainLoss);
});

test('an equal specification gets the kept result, unless it is to be computed again: with the same bits', async () => {
  const { oracle } = await open();
  const first = await end(oracle, await start(oracle, spec()));
  const again = await start(oracle, spec({ learningRate: 0.1 }), { requestId: 'again' });
  expect(again).toEqual({ ...first, result: { ...first.result!, reused: true } });
  expect(await start(oracle, spec(), { requestId: 'again' })).toEqual(again);
  expect(await get(oracle, first)).toEqual(first);

  const other = await start(oracle, spec(), { recompute: true });
  expect(other.name).not.toBe(first.name);
  const recomputed = await end(oracle, other);
  expect(recomputed.result).toMatchObject({ modelSha256: first.result!.modelSha256, reused: false });
  expect(readdirSync(join(folder, 'models'))).toEqual([`${first.result!.modelSha256}.onnx`]);
  expect((await start(oracle, spec())).name).toBe(other.name);
});

test('an equal specification joins what is queued or runs; a request id belongs to one specification', async () => {
  const { oracle } = await open();
  const first = await start(oracle, endless(), { requestId: 'a' });
  expect((await start(oracle, endless(), { requestId: 'a' })).name).toBe(first.name);
  expect((await start(oracle, endless(), { requestId: 'b', recompute: true })).name).toBe(first.name);
  for (const requestId of ['a', 'b']) {
    await expect(start(oracle, endless(2n), { requestId })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: `request_id: "${requestId}" came with another specification before; it started ${first.name}`,
    });
  }
  // Another caller's ids are its own.
  const request = { spec: endless(2n), requestId: 'a', recompute: false };
  const { training } = await oracle.startTraining(request, { caller: 'somebody' });
  expect(training).toMatchObject({ owner: 'somebody', state: TRAINING_STATE_QUEUED });
  expect(training!.name).not.toBe(first.name);
  await expect(start(oracle, endless(), { requestId: 'x'.repeat(129) })).rejects.toMatchObject({
    violations: [{ field: 'request_id', description: '129 characters are over the limit of 128' }],
  });
});

test('cancelling stops a training, one that waits as well; one that has ended stays as it is', async () => {
  const { oracle } = await open();
  const [first, second] = [await start(oracle, endless(1n)), await start(oracle, endless(2n))];
  await running(oracle, first);
  const waiting = await oracle.cancelTraining({ name: second.name });
  expect(waiting.training).toMatchObject({ state: TRAINING_STATE_CANCELLED, startTime: undefined, error: undefined });
  const { training } = await oracle.cancelTraining({ name: first.name });
  expect(training).toMatchObject({ state: TRAINING_STATE_CANCELLED, endTime: expect.any(Date), result: undefined });
  expect((await oracle.cancelTraining({ name: first.name })).training).toEqual(training);
  expect(await states(oracle, first)).toEqual([training]);
  await expect(download(oracle, first)).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: `${first.name} is CANCELLED; only a training that SUCCEEDED has a model`,
  });
  // An equal one is a new training.
  expect((await start(oracle, endless(1n))).name).not.toBe(first.name);
});

test('over the queue’s limit a training is refused with a time to come back, and is not there', async () => {
  const { oracle } = await open();
  const taken = [await start(oracle, endless(1n)), await start(oracle, endless(2n))];
  const refused = Promise.allSettled([1, 2].map(() => start(oracle, endless(3n), { requestId: 'c' })));
  for (const outcome of await refused) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { code: 'RESOURCE_EXHAUSTED', reason: 'QUEUE_FULL', retryAfterMs: expect.any(Number) },
    });
  }
  const { trainings } = await oracle.listTrainings({ pageSize: 0, pageToken: '' });
  expect(trainings.map(({ name }) => name)).toEqual([taken[1].name, taken[0].name]);
  await oracle.cancelTraining({ name: taken[0].name });
  await oracle.cancelTraining({ name: taken[1].name });
  await idle();
  const accepted = await start(oracle, endless(3n), { requestId: 'c' });
  expect(accepted.state).toBe(TRAINING_STATE_QUEUED);
});

test('a failure is told as a status and its cause is heard; data is read by the worker', async () => {
  const causes: unknown[] = [];
  const { oracle } = await open({ onEnd: (training, cause) => causes.push(training.name, cause) });
  const samples = { trainSamples: 20, validationSamples: 10, testSamples: 0, batchSize: 4, imageSize: 8 };
  const given = { dataset: parseDataset('npy:rewritten', 'dataset') };
  // Refused, but with the data set open.
  await expect(start(oracle, spec({ ...samples, epochs: -1 }, given))).rejects.toThrow('spec.trainer.epochs');
  const labels = new Uint8Array(40).fill(9);
  writeFileSync(rewritten.labels, writeNpy({ dtype: 'uint8', shape: [40], data: labels }));
  const training = await start(oracle, spec(samples, given));
  const failed = await end(oracle, training);
  expect(failed.state).toBe(TRAINING_STATE_FAILED);
  expect(fromStatus(failed.error!)).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('label'),
  });
  expect(causes).toEqual([failed.name, expect.objectContaining({ name: 'TaskError' })]);

  // Labels that are sound, but not those that the training's identity is made of.
  writeFileSync(rewritten.labels, writeNpy({ dtype: 'uint8', shape: [40], data: new Uint8Array(40).fill(1) }));
  const other = await end(oracle, await start(oracle, spec(samples, given)));
  expect(fromStatus(other.error!)).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringContaining('npy:rewritten": its images have changed since they were first read'),
  });
});

test('noise trains, and a training that diverges is told as it is', async () => {
  const { oracle } = await open();
  const trainer = { learningRate: 100, weightDecay: 1, epochs: 3, imageSize: 8 };
  const training = await start(oracle, spec(trainer, { dataset: parseDataset('noise:mnist', 'dataset') }));
  const done = await end(oracle, training);
  expect(done.state).toBe(TRAINING_STATE_SUCCEEDED);
  expect(done.curve).toHaveLength(3);
});

test('after a restart, ended trainings are there again; of one that was interrupted nothing is', async () => {
  const before = await open();
  const succeeded = await end(before.oracle, await start(before.oracle, spec(), { requestId: 'a' }));
  const model = await download(before.oracle, succeeded);
  const lost = await start(before.oracle, endless(), { requestId: 'lost' });
  await running(before.oracle, lost);
  const watched = states(before.oracle, lost);
  await close(before.trainings);
  expect(fromStatus((await watched).at(-1)!.error!)).toMatchObject({ code: 'UNAVAILABLE', reason: 'STOPPING' });
  await expect(start(before.oracle, spec())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(lines()).toHaveLength(1);
  appendFileSync(join(folder, 'trainings.jsonl'), lines()[0].slice(0, 100));
  writeFileSync(join(folder, 'models', '.torn'), 'half a model');

  const { oracle } = await open();
  expect(readdirSync(join(folder, 'models'))).toEqual([`${succeeded.result!.modelSha256}.onnx`]);
  expect((await oracle.listTrainings({ pageSize: 0, pageToken: '' })).trainings).toEqual([succeeded]);
  expect(await download(oracle, succeeded)).toEqual(model);
  expect(await start(oracle, spec(), { requestId: 'a' })).toEqual(succeeded);
  expect((await start(oracle, spec())).result).toEqual({ ...succeeded.result, reused: true });
  await expect(start(oracle, endless(), { requestId: 'a' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  await expect(get(oracle, lost)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const next = await start(oracle, endless(), { requestId: 'lost' });
  expect(next.name > succeeded.name).toBe(true);
  await oracle.cancelTraining(next);
  expect(lines()).toHaveLength(2);
});

test('a folder has one owner', async () => {
  const { trainings } = await open();
  await expect(open()).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: `the folder ${folder} is in use by process ${process.pid}`,
  });
  await close(trainings);
  writeFileSync(join(folder, 'trainings.jsonl'), 'nonsense\n');
  await expect(open()).rejects.toMatchObject({ code: 'DATA_LOSS', message: expect.stringContaining('line 1') });
  // A folder that could not be opened is free again.
  rmSync(join(folder, 'trainings.jsonl'));
  await open();
  await expect(openTrainings({ pool: () => pool, data, folder: 'relative' })).rejects.toThrow('folder is "relative"');
});

test('lists are paged, the newest first, whatever the clock does', async () => {
  let now = 1_700_000_000_000;
  const { oracle } = await open({ clock: () => new Date((now -= 1000)) });
  const names: string[] = [];
  for (let seed = 0n; seed < 5n; seed++) {
    const training = await start(oracle, endless(seed));
    names.unshift((await oracle.cancelTraining(training)).training!.name);
  }
  const list = async (pageToken: string) => oracle.listTrainings({ pageSize: 2, pageToken });
  const listed: string[] = [];
  let pages = 0;
  for (let token: string | undefined; token !== ''; pages++) {
    const { trainings, nextPageToken } = await list(token ?? '');
    listed.push(...trainings.map(({ name }) => name));
    token = nextPageToken;
  }
  expect([pages, listed]).toEqual([3, names]);
  await expect(oracle.listTrainings({ pageSize: 1001, pageToken: '' })).rejects.toMatchObject({
    violations: [{ field: 'page_size' }],
  });
  await expect(list('nonsense')).rejects.toMatchObject({ violations: [{ field: 'page_token' }] });
});

test('names of another form, and of no training, are refused by every method', async () => {
  const { oracle } = await open();
  const methods = [
    (name: string) => oracle.getTraining({ name }),
    (name: string) => oracle.cancelTraining({ name }),
    (name: string) => oracle.watchTraining({ name }).next(),
    (name: string) => oracle.downloadModel({ name }).next(),
  ];
  for (const method of methods) {
    for (const name of ['', 'training/1', '../lock']) {
      await expect(method(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', violations: [{ field: 'name' }] });
    }
    await expect(method('trainings/none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
});

test('a watch ends with its caller', async () => {
  const { oracle } = await open();
  const { name } = await start(oracle, endless());
  const abort = new AbortController();
  const watch = oracle.watchTraining({ name }, { signal: abort.signal });
  await watch.next();
  abort.abort();
  while (!(await watch.next()).done) await sleep(1);
  expect((await oracle.getTraining({ name })).training!.endTime).toBeUndefined();
});

test('an oracle without trainings says so, and one whose trainings do not open tries again', async () => {
  const store = new BenchmarkStore(join(root, 'none'), searchSpace);
  const without = new OracleService({ store });
  await expect(start(without, spec())).rejects.toMatchObject({ reason: 'TRAINING_DISABLED' });
  let tries = 0;
  const failing = new OracleService({
    store,
    trainings: () => (tries++ === 0 ? Promise.reject(new Error('locked')) : open().then(({ trainings }) => trainings)),
  });
  const list = () => failing.listTrainings({ pageSize: 0, pageToken: '' });
  await expect(list()).rejects.toThrow('locked');
  await list();
  expect((await list()).trainings).toEqual([]);
  expect(tries).toBe(2);
});
