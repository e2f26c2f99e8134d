import { setImmediate as nextTurn } from 'node:timers/promises';
import { Training, TrainingState } from '@gradsign/contracts';
import { LiveTraining } from './live-training';

const { TRAINING_STATE_QUEUED, TRAINING_STATE_RUNNING, TRAINING_STATE_SUCCEEDED } = TrainingState;
const queued = () => new LiveTraining('identity', Training.fromPartial({ state: TRAINING_STATE_QUEUED, steps: 9 }));
const now = () => new Date(5);
const step = (n: number) => ({ type: 'step', step: n }) as const;
const epoch = { epoch: 1, trainLoss: 1, trainAccuracy: 2, validationAccuracy: 3, seconds: 4 };

test('what a worker tells becomes the training’s state; a second attempt begins from nothing', () => {
  const live = queued();
  live.report({ type: 'started' }, now);
  expect(live.training).toMatchObject({ state: TRAINING_STATE_RUNNING, startTime: new Date(5), step: 0 });
  live.report(step(3), now);
  live.report({ type: 'epoch', step: 4, metrics: epoch }, now);
  expect(live.training).toMatchObject({ step: 4, steps: 9, curve: [epoch] });
  live.report({ type: 'started' }, now);
  expect(live.training).toMatchObject({ step: 0, curve: [] });
});

test('a watcher gets the present state, then the latest one; one that is slow misses states, not the end', async () => {
  const live = queued();
  const watch = live.watch(undefined);
  const next = async () => ((await watch.next()).value as Training | undefined)?.step;
  expect(await next()).toBe(0);
  const second = next();
  await nextTurn();
  live.report(step(1), now);
  expect(await second).toBe(1);
  for (let n = 2; n < 1000; n++) live.report(step(n), now);
  expect(await next()).toBe(999);
  live.report(step(1000), now);
  live.update({ step: 1001, state: TRAINING_STATE_SUCCEEDED });
  expect(await next()).toBe(1001);
  expect(await watch.next()).toEqual({ done: true, value: undefined });
});

test('a watcher of an ended training gets that state only', async () => {
  const live = queued();
  live.update({ state: TRAINING_STATE_SUCCEEDED });
  const states: Training[] = [];
  for await (const state of live.watch(undefined)) states.push(state);
  expect(states).toEqual([live.training]);
});

test('an abort ends a watch, also one that waits', async () => {
  const live = queued();
  const abort = new AbortController();
  const watch = live.watch(abort.signal);
  await watch.next();
  const waiting = watch.next();
  await nextTurn();
  abort.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
});
