import { SearchState, ServiceError, TrialState, type ExternalResult } from '@gradsign/contracts';
import { cifar10, essence, evolution, Fixture, guidance, rewardOf, type PartialSpec } from './test-support';

let fixture: Fixture;
beforeEach(() => (fixture = new Fixture()));
afterEach(() => fixture.service.close());

const external = (timeoutMs?: number): PartialSpec => ({
  evaluation: {
    $case: 'external',
    value: { trialTimeout: timeoutMs === undefined ? undefined : { seconds: 0n, nanos: timeoutMs * 1e6 } },
  },
});
const ask = async (parent: string, maxTrials = 10) => (await fixture.service.askTrials({ parent, maxTrials })).trials;
const tell = async (parent: string, ...results: ExternalResult[]) =>
  (await fixture.service.tellTrials({ parent, results })).search!;
const reward = (trial: number, value: number, seconds = 0): ExternalResult => ({
  trial,
  outcome: { $case: 'reward', value },
  seconds,
});
const failure = (trial: number, value: string): ExternalResult => ({
  trial,
  outcome: { $case: 'failure', value },
  seconds: 0,
});
const error = (call: Promise<unknown>) => call.then(() => undefined).catch((e: unknown) => e as ServiceError);

test('callers ask and tell until the budget is spent', async () => {
  const name = await fixture.create({ ...external(), algorithm: evolution(3), parallelism: 2, budget: { trials: 7 } });
  for (;;) {
    const trials = await ask(name).catch(() => []);
    if (trials.length === 0) break;
    expect(trials.length).toBeLessThanOrEqual(2);
    for (const { architecture, number, state, attempts } of trials) {
      expect({ state, attempts }).toEqual({ state: TrialState.TRIAL_STATE_EVALUATING, attempts: 1 });
      const search = await tell(name, reward(number, rewardOf(architecture), 2));
      expect(search.spentSeconds).toBe(2 * number);
    }
  }
  const search = await fixture.search(name);
  expect(search).toMatchObject({ state: SearchState.SEARCH_STATE_SUCCEEDED, trialCounts: { succeeded: 7 } });
  expect(await error(ask(name))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: `${name} is SUCCEEDED; only a search that is RUNNING or PAUSED can be asked for trials`,
  });
});

test('the same results give the same proposals, however slowly a guide answers', async () => {
  const proposals = async (slow: boolean) => {
    fixture.scorer.before = () => (slow ? new Promise((resolve) => setTimeout(resolve, 2)) : undefined);
    const data = { source: { $case: 'dataset' as const, value: cifar10 }, augmentation: 0 };
    const guided = { guidance: guidance({ data }), algorithm: evolution(2) };
    const name = await fixture.create({ ...external(), ...guided, parallelism: 3, budget: { trials: 9 } });
    while ((await fixture.search(name)).state === SearchState.SEARCH_STATE_RUNNING) {
      const results = (await ask(name)).map((t) => reward(t.number, rewardOf(t.architecture)));
      if (results.length > 0) await tell(name, ...results);
    }
    const trials = await fixture.trials(name);
    return trials.map(essence);
  };
  expect(await proposals(true)).toEqual(await proposals(false));
});

test('no more trials are given than may be outstanding, and none twice', async () => {
  const name = await fixture.create({ ...external(), parallelism: 3, budget: { trials: 5 } });
  expect((await ask(name, 2)).map((t) => t.number)).toEqual([1, 2]);
  expect((await ask(name)).map((t) => t.number)).toEqual([3]);
  expect(await ask(name)).toEqual([]);
  await tell(name, reward(2, 50));
  expect((await ask(name)).map((t) => t.number)).toEqual([4]);
  expect((await fixture.search(name)).trialCounts).toMatchObject({ evaluating: 3, requested: 0, succeeded: 1 });
});

test('a caller who waits for a guide may leave', async () => {
  const waits = new Promise<void>((resolve) => {
    fixture.scorer.before = (pool) => {
      if (pool.length > 0) resolve();
      return pool.length > 0 ? new Promise(() => undefined) : undefined;
    };
  });
  const data = { source: { $case: 'dataset' as const, value: cifar10 }, augmentation: 0 };
  const parent = await fixture.create({ ...external(), guidance: guidance({ data }) });
  const abort = new AbortController();
  const asked = fixture.service.askTrials({ parent, maxTrials: 1 }, { signal: abort.signal });
  await waits;
  abort.abort();
  await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a paused search gives no trials and takes results', async () => {
  const name = await fixture.create(external());
  const [{ number }] = await ask(name);
  await fixture.service.pauseSearch({ name });
  expect(await ask(name)).toEqual([]);
  expect((await tell(name, reward(number, 50))).trialCounts!.succeeded).toBe(1);
  expect(await ask(name)).toEqual([]);
  await fixture.service.resumeSearch({ name });
  expect(await ask(name)).toHaveLength(1);
});

test('a budget in seconds is the sum of what is told', async () => {
  const name = await fixture.create({ ...external(), budget: { seconds: 100 } });
  for (const seconds of [60, 60]) {
    const [{ number }] = await ask(name);
    await tell(name, reward(number, seconds === 60 ? 50 + number : 0, seconds));
  }
  const search = await fixture.end(name);
  expect(search).toMatchObject({ state: SearchState.SEARCH_STATE_SUCCEEDED, spentSeconds: 120 });
  expect((await fixture.trials(name)).map((t) => t.eligible)).toEqual([true, false]);
  expect(search.bestTrial!.number).toBe(1);
});

describe('timeouts', () => {
  test('a trial that is not told in time is asked again, and a late result counts', async () => {
    const name = await fixture.create({ ...external(20), maxAttempts: 3 });
    const [first] = await ask(name);
    await fixture.until(name, (_, t) => t?.state === TrialState.TRIAL_STATE_REQUESTED && t.attempts === 1);
    const [again] = await ask(name);
    expect(again).toMatchObject({ number: first.number, architecture: first.architecture, attempts: 2 });
    await fixture.until(name, (_, t) => t?.state === TrialState.TRIAL_STATE_REQUESTED && t.attempts === 2);
    expect((await tell(name, reward(first.number, 70))).trialCounts!.succeeded).toBe(1);
  });

  test('a trial that was told in time stays told', async () => {
    const name = await fixture.create({ ...external(20), parallelism: 2 });
    const [first, second] = await ask(name);
    await tell(name, reward(first.number, 70));
    // Its clock began before that of the second.
    await fixture.until(
      name,
      (_, t) => t?.number === second.number && t.attempts === 1 && t.state === TrialState.TRIAL_STATE_REQUESTED,
    );
    expect((await fixture.trials(name))[0]).toMatchObject({ state: TrialState.TRIAL_STATE_SUCCEEDED, reward: 70 });
  });

  test('a trial that is never told fails after its attempts', async () => {
    const name = await fixture.create({ ...external(5), maxAttempts: 2 });
    await ask(name);
    await fixture.until(name, (_, t) => t?.state === TrialState.TRIAL_STATE_REQUESTED && t.attempts === 1);
    await ask(name);
    const search = await fixture.end(name);
    expect(search.state).toBe(SearchState.SEARCH_STATE_FAILED);
    expect(search.error!.message).toBe('no result was told within 0.005 s, 2 times');
  });
});

test('an equal result may be told again, another one may not', async () => {
  const name = await fixture.create({ ...external(), parallelism: 3, maxFailedTrials: 1, budget: { trials: 2 } });
  await ask(name);
  await tell(name, reward(1, 50, 3), failure(2, 'out of memory'));
  // The failure's place is taken.
  expect((await ask(name)).map((t) => t.number)).toEqual([3]);
  const { etag } = await fixture.search(name);
  expect((await tell(name, reward(1, 50, 3), failure(2, 'out of memory'))).etag).toBe(etag);
  for (const other of [reward(1, 51, 3), reward(1, 50, 4), failure(1, 'x'), failure(2, 'y'), reward(2, 50)]) {
    expect(await error(tell(name, other, reward(3, 60)))).toMatchObject({
      code: 'ALREADY_EXISTS',
      message: `${name}/trials/${other.trial} has another result already; a result cannot be changed`,
    });
  }
  const [, second, third] = await fixture.trials(name);
  expect(second).toMatchObject({ state: TrialState.TRIAL_STATE_FAILED, error: { message: 'out of memory' } });
  // Refused as a whole.
  expect(third.state).not.toBe(TrialState.TRIAL_STATE_SUCCEEDED);
});

test('results are of trials that were asked for, in searches that go on', async () => {
  const name = await fixture.create({ ...external(), parallelism: 2 });
  await ask(name, 1);
  expect(await error(tell(name, reward(2, 50)))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: `${name}/trials/2 is REQUESTED; only a trial that AskTrials has returned can be told a result`,
  });
  expect(await error(tell(name, reward(9, 50)))).toMatchObject({
    code: 'NOT_FOUND',
    message: `there is no ${name}/trials/9`,
  });
  await fixture.service.stopSearch({ name });
  expect(await error(tell(name, reward(1, 50)))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: `${name} is STOPPED; only a search that is RUNNING or PAUSED can be told results`,
  });
});

test('malformed results are told all at once', async () => {
  const name = await fixture.create(external());
  const results = [
    reward(0, 101, -1),
    failure(1, ''),
    reward(1, NaN, Infinity),
    { trial: 2, outcome: undefined, seconds: 0 },
  ];
  expect((await error(tell(name, ...results)))!.violations.map((v) => `${v.field}: ${v.description}`)).toEqual([
    "results[0].trial: 0 is not a trial's number; 1 is the first",
    'results[0].reward: 101 is outside the range 0 to 100',
    'results[0].seconds: -1 is outside the range 0 to 1000000000000',
    'results[1].failure: a value is required',
    'results[2].trial: trial 1 is given twice; a trial may be given once',
    'results[2].reward: NaN is outside the range 0 to 100',
    'results[2].seconds: Infinity is outside the range 0 to 1000000000000',
    'results[3].outcome: a value is required',
  ]);
  expect(await error(tell(name))).toMatchObject({
    message: 'results: 0 results are given; between 1 and 10000 are allowed',
  });
  expect(await error(ask(name, 0))).toMatchObject({ message: 'max_trials: 0 is outside the range 1 to 1000' });
});

test('a search that evaluates by itself is neither asked nor told', async () => {
  const { search } = await fixture.run({});
  const sentence = (done: string) =>
    `${search.name} evaluates its trials itself; only a search with external evaluation can be ${done}`;
  expect(await error(ask(search.name))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: sentence('asked for trials'),
  });
  expect(await error(tell(search.name, reward(1, 5)))).toMatchObject({ message: sentence('told results') });
});
