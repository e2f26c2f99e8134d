import { SearchState, ServiceError, TrialState } from '@gradsign/contracts';
import { essence, evolution, Fixture, guidance } from './test-support';

let fixture: Fixture;
beforeEach(() => (fixture = new Fixture()));
afterEach(() => fixture.service.close());

const away = (message = 'connection refused') => new ServiceError('UNAVAILABLE', message, { retryAfterMs: 1 });

test('a scorer that is away for a while costs nothing but time', async () => {
  const fields = { guidance: guidance(), algorithm: evolution(2), budget: { trials: 6 }, maxAttempts: 1 };
  const plain = await fixture.run(fields);
  let calls = 0;
  fixture.scorer.before = (architectures) => {
    if (architectures.length > 0 && ++calls % 5 !== 0) throw calls % 2 === 0 ? away() : away('no connection');
  };
  const { search, trials } = await fixture.run(fields);
  expect(trials.map(essence)).toEqual(plain.trials.map(essence));
  expect(search.remarks).toEqual([
    'the scorer was away (UNAVAILABLE: no connection); the search waited and asked again',
    'the scorer was away (UNAVAILABLE: connection refused); the search waited and asked again',
  ]);
});

test('a scorer that goes away in the middle of an answer is asked again', async () => {
  let calls = 0;
  fixture.scorer.value = () => {
    if (++calls === 3) throw away('lost in the stream');
    return calls;
  };
  const { search } = await fixture.run({ guidance: guidance(), budget: { trials: 2 } });
  expect(search).toMatchObject({ state: SearchState.SEARCH_STATE_SUCCEEDED, scoredArchitectures: 8n });
});

test('an oracle that is away or full is asked again without limit, as one attempt', async () => {
  let calls = 0;
  fixture.oracle.before = (call) => {
    if (call !== 'getEvaluation' || ++calls % 10 === 0) return;
    throw calls % 2 === 0 ? away() : new ServiceError('RESOURCE_EXHAUSTED', 'queue full', { retryAfterMs: 1 });
  };
  const { search, trials } = await fixture.run({ maxAttempts: 2 });
  expect(search.state).toBe(SearchState.SEARCH_STATE_SUCCEEDED);
  expect(trials.map((t) => t.attempts)).toEqual([1, 1, 1, 1, 1]);
  expect(search.remarks).toHaveLength(2);
});

test('a search whose services are away can be paused and stopped', async () => {
  fixture.oracle.before = (call) => {
    if (call === 'getEvaluation') throw new ServiceError('UNAVAILABLE', 'gone', { retryAfterMs: 3_600_000 });
  };
  const name = await fixture.create();
  await fixture.until(name, (search) => search !== undefined && search.remarks.length > 0);
  await fixture.service.pauseSearch({ name });
  const { search } = await fixture.service.stopSearch({ name });
  expect(search).toMatchObject({ state: SearchState.SEARCH_STATE_STOPPED, trialCounts: { stopped: 1 } });
});

describe('errors that count', () => {
  /** Fails the evaluation of the n-th architecture, this many times. */
  function fail(nth: number, times: number, error: ServiceError) {
    const seen: string[] = [];
    fixture.oracle.before = (call, architecture) => {
      if (call !== 'getEvaluation') return;
      if (!seen.includes(architecture)) seen.push(architecture);
      if (seen.indexOf(architecture) === nth - 1 && times-- > 0) throw error;
    };
  }
  const retried = (code: 'INTERNAL' | 'DEADLINE_EXCEEDED') => new ServiceError(code, 'broken', { retryAfterMs: 1 });

  test('a trial that fails fewer times than it may succeeds', async () => {
    fail(2, 2, retried('INTERNAL'));
    const { search, trials } = await fixture.run({});
    expect(search.state).toBe(SearchState.SEARCH_STATE_SUCCEEDED);
    expect(trials.map((t) => t.attempts)).toEqual([1, 3, 1, 1, 1]);
  });

  test('a trial that fails too often is the end of a search that may have no failures', async () => {
    fail(2, 3, retried('DEADLINE_EXCEEDED'));
    const { search, trials } = await fixture.run({});
    expect(trials).toHaveLength(2);
    expect(trials[1]).toMatchObject({ state: TrialState.TRIAL_STATE_FAILED, attempts: 3, eligible: false });
    expect(trials[1].error).toMatchObject({ code: 4, message: 'broken' });
    expect(search).toMatchObject({ state: SearchState.SEARCH_STATE_FAILED, error: { code: 4, message: 'broken' } });
    expect(search.bestTrial).toEqual(trials[0]);
  });

  test('failures within the limit are told to the strategy, and others take their place', async () => {
    fail(2, 1, new ServiceError('NOT_FOUND', 'not in the table'));
    const { search, trials } = await fixture.run({ maxFailedTrials: 1, algorithm: evolution(3) });
    expect(search.state).toBe(SearchState.SEARCH_STATE_SUCCEEDED);
    expect(trials).toHaveLength(6);
    expect(trials[1]).toMatchObject({ state: TrialState.TRIAL_STATE_FAILED, attempts: 1 });
    // The failed member of the initial population is drawn anew.
    expect(trials.slice(0, 4).map((t) => t.parent)).toEqual([0, 0, 0, 0]);
    expect(trials[4].parent).toBeGreaterThan(0);
  });

  test('trials beside one that fails the search are stopped', async () => {
    fail(1, 1, new ServiceError('INVALID_ARGUMENT', 'bad'));
    const { search, trials } = await fixture.run({ parallelism: 3 });
    expect(trials.map((t) => t.state)).toEqual([
      TrialState.TRIAL_STATE_FAILED,
      TrialState.TRIAL_STATE_STOPPED,
      TrialState.TRIAL_STATE_STOPPED,
    ]);
    expect(search.trialCounts).toMatchObject({ failed: 1, stopped: 2, evaluating: 0 });
  });

  test('a worker that the work kills is no absence', async () => {
    const crash = new ServiceError('UNAVAILABLE', 'worker died', { reason: 'WORKER_CRASHED', retryAfterMs: 1 });
    fail(1, 3, crash);
    const { trials } = await fixture.run({});
    expect(trials[0]).toMatchObject({ state: TrialState.TRIAL_STATE_FAILED, attempts: 3 });
  });

  test('an architecture that cannot be scored fails its trial, and the search goes on where it may', async () => {
    let scored = 0;
    fixture.scorer.value = () => {
      if (++scored === 2) throw new ServiceError('FAILED_PRECONDITION', 'no convolution');
      return scored;
    };
    const { search, trials } = await fixture.run({ guidance: guidance(), maxFailedTrials: 1 });
    expect(search.state).toBe(SearchState.SEARCH_STATE_SUCCEEDED);
    expect(trials[0]).toMatchObject({ state: TrialState.TRIAL_STATE_FAILED, pool: [], attempts: 0 });
    expect(trials[0].error!.message).toBe('no convolution');
    expect(trials).toHaveLength(6);
  });

  test('an accuracy that is no number is no reward', async () => {
    fixture.oracle.edit = (e) => ({ ...e, accuracy: NaN });
    const { search } = await fixture.run({});
    expect(search.error!.message).toBe('the accuracy is NaN, not a finite number');
  });

  test('a bug is INTERNAL, and its text stays inside', async () => {
    fixture.oracle.edit = () => {
      throw new TypeError('undefined is not a secret');
    };
    const { search } = await fixture.run({ maxAttempts: 1 });
    expect(search.error).toMatchObject({ code: 13, message: 'internal error; the server log has the cause' });
  });
});
