import {
  SearchState,
  ServiceError,
  toStatus,
  TrainingState,
  TrialState,
  Profile,
  type Training,
} from '@gradsign/contracts';
import { cifar10, Fixture, guidance, rewardOf, type PartialSpec } from './test-support';

let clock: number;
let fixture: Fixture;
beforeEach(() => {
  clock = 1e12;
  fixture = new Fixture(() => new Date(clock));
});
afterEach(() => fixture.service.close());

const training: PartialSpec = {
  evaluation: { $case: 'training', value: { dataset: cifar10, network: undefined, trainer: undefined, seed: 9n } },
};

test('a trial is a training: its validation accuracy is the reward, its test accuracy is recorded', async () => {
  const { search, trials } = await fixture.run({ ...training, budget: { trials: 2 } });
  expect(search.state).toBe(SearchState.SEARCH_STATE_SUCCEEDED);
  for (const { architecture, ...trial } of trials) {
    expect(trial).toMatchObject({
      reward: rewardOf(architecture),
      testAccuracy: 50,
      training: `trainings/${trial.number}`,
      params: 5n,
      flops: 6,
      eligible: true,
    });
    expect(fixture.oracle.trainings.get(trial.training)!.spec).toMatchObject({ architecture, seed: 9n });
  }
  expect(fixture.oracle.requestIds).toEqual([1, 2].map((n) => `${search.name}/trials/${n}/attempts/1`));
});

test('the steps of a training are progress', async () => {
  let begin!: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  fixture.oracle.before = (call) => (call === 'watchTraining' ? begun : undefined);
  const name = await fixture.create({ ...training, budget: { trials: 1 } });
  const progress: unknown[] = [];
  for await (const { event } of fixture.service.watchSearch({ name, cursor: '' })) {
    if (event?.$case === 'trial' && event.value.training !== '') setImmediate(begin);
    if (event?.$case === 'progress') progress.push(event.value);
  }
  expect(progress).toEqual([1, 2].map((done) => ({ trial: 1, phase: 'training', done, total: 2 })));
});

describe('the real clock', () => {
  beforeEach(() => {
    fixture.oracle.course = async function* (training: Training) {
      clock += 40_000;
      yield* fixture.oracle.train(training);
    };
    fixture.scorer.before = (architectures) => {
      if (architectures.length > 0) clock += 10_000;
    };
  });

  test('a budget in seconds is of the time that trainings take', async () => {
    const { search, trials } = await fixture.run({ ...training, budget: { seconds: 100 } });
    expect(trials.map((t) => [t.chargedSeconds, t.evaluationSeconds, t.spentSeconds, t.eligible])).toEqual([
      [40, 40, 40, true],
      [40, 40, 80, true],
      [40, 40, 120, false],
    ]);
    expect(search.spentSeconds).toBe(120);
  });

  test.each([
    [Profile.PROFILE_FAIR, [50, 100]],
    [Profile.PROFILE_PAPER, [40, 80]],
  ])('profile %i: scoring is charged as it should be', async (profile, spent) => {
    // On a real clock a score costs what it takes.
    const guided = guidance({ secondsPerScore: undefined });
    const { search, trials } = await fixture.run({ ...training, guidance: guided, profile, budget: { seconds: 70 } });
    expect(trials.map((t) => t.spentSeconds)).toEqual(spent);
    expect(trials.map((t) => t.chargedSeconds)).toEqual([spent[0], spent[0]]);
    expect(search.scoringSeconds).toBe(20);
  });

  test('the time between trials, in a pause for instance, is not charged', async () => {
    const name = await fixture.create({ ...training, budget: { trials: 2 } });
    await fixture.service.pauseSearch({ name });
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    clock += 1e6;
    await fixture.service.resumeSearch({ name });
    expect((await fixture.end(name)).spentSeconds).toBe(80);
  });
});

test('trainings run beside each other', async () => {
  let running = 0;
  let most = 0;
  fixture.oracle.course = async function* (training: Training) {
    most = Math.max(most, ++running);
    for (let i = 0; i < 10; i++) await new Promise(setImmediate);
    running--;
    yield* fixture.oracle.train(training);
  };
  const { trials } = await fixture.run({ ...training, parallelism: 3, guidance: guidance(), budget: { trials: 9 } });
  expect(trials).toHaveLength(9);
  expect(most).toBe(3);
});

test('a watch that breaks is taken up again; a training that fails is tried again', async () => {
  const broken = new Set<string>();
  fixture.oracle.course = async function* (training: Training) {
    if (broken.has(training.name)) return yield* fixture.oracle.train(training);
    broken.add(training.name);
    if (training.name === 'trainings/1') throw new ServiceError('UNAVAILABLE', 'gone', { retryAfterMs: 1 });
    const error = toStatus(new ServiceError('INTERNAL', 'loss is NaN', { retryAfterMs: 1 }));
    yield { ...training, state: TrainingState.TRAINING_STATE_FAILED, error };
  };
  fixture.oracle.api.startTraining = ((start) => async (request, options) => {
    // An equal request id is the same training.
    const known = fixture.oracle.requestIds.indexOf(request.requestId);
    return known < 0 ? start(request, options) : { training: fixture.oracle.trainings.get(`trainings/${known + 1}`) };
  })(fixture.oracle.api.startTraining);
  const { search, trials } = await fixture.run({
    ...training,
    maxAttempts: 2,
    maxFailedTrials: 9,
    budget: { trials: 1 },
  });
  expect(fixture.oracle.requestIds).toEqual([`${search.name}/trials/1/attempts/1`]);
  expect(trials[0]).toMatchObject({ training: 'trainings/1', attempts: 1, state: TrialState.TRIAL_STATE_SUCCEEDED });
  const second = await fixture.run({ ...training, maxAttempts: 2, maxFailedTrials: 0, budget: { trials: 1 } });
  expect(second.trials[0]).toMatchObject({
    state: TrialState.TRIAL_STATE_FAILED,
    attempts: 2,
    training: 'trainings/3',
  });
  expect(second.search.error!.message).toBe('loss is NaN');
});

test('a stop cancels the trainings that run', async () => {
  fixture.oracle.before = (call) => (call === 'watchTraining' ? new Promise(() => undefined) : undefined);
  const name = await fixture.create({ ...training, parallelism: 2 });
  await fixture.until(name, (_, trial) => trial?.training === 'trainings/2');
  await fixture.service.stopSearch({ name });
  await fixture.service.close();
  expect(fixture.oracle.cancelled.toSorted()).toEqual(['trainings/1', 'trainings/2']);
});

test('a service that closes leaves the trainings to whoever goes on with the search', async () => {
  fixture.oracle.before = (call) => (call === 'watchTraining' ? new Promise(() => undefined) : undefined);
  const name = await fixture.create(training);
  await fixture.until(name, (_, trial) => trial?.training === 'trainings/1');
  await fixture.service.close();
  expect(fixture.oracle.cancelled).toEqual([]);
});
