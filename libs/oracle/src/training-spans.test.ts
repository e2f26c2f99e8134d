/** What a training leaves in a trace, and how it survives its worker. Real processes, as in trainings.test.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComputePool } from '@gradsign/compute-pool';
import { fromStatus, parseDataset, SearchSpace, TrainerOptions, TrainingState } from '@gradsign/contracts';
import { withSpan } from '@gradsign/telemetry';
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';
import { openTrainings, type Trainings } from './trainings';
import { createTrainerPool } from './worker-pool';

jest.setTimeout(60_000);

const exporter = new tracing.InMemorySpanExporter();
const sdk = new NodeSDK({
  autoDetectResources: false,
  spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
  metricReaders: [],
  logRecordProcessors: [],
});
const folder = mkdtempSync(join(tmpdir(), 'training-spans-'));
let pool: ComputePool;
let trainings: Trainings;
beforeAll(async () => {
  sdk.start();
  pool = createTrainerPool({ size: 1, queueLimit: 1, environment: {} });
  trainings = await openTrainings({ pool: () => pool, data: {}, folder });
});
afterAll(async () => {
  await trainings.close();
  await pool.close();
  await sdk.shutdown();
  rmSync(folder, { recursive: true });
});

const request = (trainer: Partial<TrainerOptions>) => ({
  spec: {
    space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
    architecture: '|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|',
    dataset: parseDataset('noise:mnist', 'dataset'),
    network: { variant: 0, channels: 4, cellsPerStage: 1 },
    trainer: { ...TrainerOptions.create(), trainSamples: 200, validationSamples: 20, testSamples: 20, ...trainer },
    seed: 3n,
  },
  requestId: '',
  recompute: false,
});

test('a training belongs to the trace of the call that started it, with the worker’s spans inside', async () => {
  let parent = '';
  const { name } = await withSpan('call', {}, (span) => {
    parent = span.spanContext().spanId;
    return trainings.start(request({ epochs: 1, imageSize: 8 }), 'me');
  });
  for await (const { state } of trainings.watch(name, undefined)) {
    expect(state).not.toBe(TrainingState.TRAINING_STATE_FAILED);
  }
  const spans = exporter.getFinishedSpans();
  const own = spans.find((span) => span.name === 'train network')!;
  expect(own.parentSpanContext?.spanId).toBe(parent);
  expect(own.attributes).toMatchObject({
    'gradsign.search_space': 'nas-bench-201',
    'gradsign.dataset': 'noise:mnist',
    'gradsign.epochs': 1,
    'gradsign.seed': '3',
  });
  const inside = spans.filter((span) => span.parentSpanContext?.spanId === own.spanContext().spanId);
  expect(inside.map((span) => span.name)).toEqual(['read images', 'build network', 'train', 'measure model']);
});

test('a training whose worker dies is begun again, once', async () => {
  const { name } = await trainings.start(request({ epochs: 1000 }), 'me');
  // Each attempt, told by its start, loses its worker.
  const killed = new Set<Date>();
  for await (const { state, startTime } of trainings.watch(name, undefined)) {
    if (state !== TrainingState.TRAINING_STATE_RUNNING || killed.has(startTime!)) continue;
    killed.add(startTime!);
    process.kill(pool.stats().workers[0].pid, 'SIGKILL');
  }
  expect(killed.size).toBe(2);
  const { state, error, curve } = trainings.get(name);
  expect(state).toBe(TrainingState.TRAINING_STATE_FAILED);
  expect(fromStatus(error!)).toMatchObject({ code: 'UNAVAILABLE', reason: 'WORKER_CRASHED' });
  expect(curve.length).toBeLessThan(1000);
});
