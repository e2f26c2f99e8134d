import { SearchState, TrialState, type TrainerOptions, Profile, DuplicatePolicy } from '@gradsign/contracts';
import {
  benchmarkEvaluation,
  cifar10,
  evolution,
  Fixture,
  guidance,
  rewardOf,
  scoreOf,
  secondsOf,
} from './test-support';

let fixture: Fixture;
beforeEach(() => (fixture = new Fixture()));
afterEach(() => fixture.service.close());

test('a search evaluates its budget of trials, and the best is the best', async () => {
  const { search, trials } = await fixture.run({ budget: { trials: 7 } });
  expect(search.state).toBe(SearchState.SEARCH_STATE_SUCCEEDED);
  expect(trials.map((t) => t.number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  for (const trial of trials) {
    expect(trial).toMatchObject({
      name: `${search.name}/trials/${trial.number}`,
      state: TrialState.TRIAL_STATE_SUCCEEDED,
      reward: rewardOf(trial.architecture),
      evaluationSeconds: secondsOf(trial.architecture) + 3,
      chargedSeconds: secondsOf(trial.architecture) + 3,
      attempts: 1,
      eligible: true,
      epochs: 12,
      params: 1000n,
      pool: [],
    });
  }
  const best = trials.reduce((a, b) => (b.reward! > a.reward! ? b : a));
  expect(search.bestTrial).toEqual(best);
  expect(search.trialCounts).toMatchObject({ succeeded: 7, evaluating: 0, requested: 0 });
  expect(search.spentSeconds).toBe(trials.reduce((sum, t) => sum + t.chargedSeconds, 0));
  expect(search).toMatchObject({ owner: 'local', scoredArchitectures: 0n, remarks: [] });
  expect(search.endTime).toBeDefined();
});

test('a guided proposal is the best-scored of its pool, and each score is charged', async () => {
  const { search, trials } = await fixture.run({ guidance: guidance({ secondsPerScore: 0.5 }) });
  for (const { architecture, pool, chargedSeconds } of trials) {
    const scores = pool.map((c) => scoreOf(c.architecture, 'gradsign'));
    expect(pool.map((c) => c.score)).toEqual(scores);
    expect(architecture).toBe(pool[scores.indexOf(Math.max(...scores))].architecture);
    expect(chargedSeconds).toBe(0.5 * pool.length + secondsOf(architecture) + 3);
  }
  expect(search.scoredArchitectures).toBe(20n);
  expect(fixture.scorer.scored).toEqual(trials.map((t) => t.pool.map((c) => c.architecture)));
});

test('a proxy that is better when lower chooses the lowest, and its own values are recorded', async () => {
  const { trials } = await fixture.run({ guidance: guidance({ proxies: [{ id: 'lower' }] }) });
  for (const { architecture, pool } of trials) {
    const scores = pool.map((c) => scoreOf(c.architecture, 'lower'));
    expect(pool.map((c) => c.score)).toEqual(scores);
    expect(architecture).toBe(pool[scores.indexOf(Math.min(...scores))].architecture);
  }
});

test('several proxies are combined by ranks', async () => {
  const { trials } = await fixture.run({ guidance: guidance({ proxies: [{ id: 'gradsign' }, { id: 'lower' }] }) });
  for (const { pool } of trials) {
    const ranks = (values: number[]) => values.map((value) => values.filter((other) => other < value).length);
    const up = ranks(pool.map((c) => scoreOf(c.architecture, 'gradsign')));
    const down = ranks(pool.map((c) => -scoreOf(c.architecture, 'lower')));
    expect(pool.map((c) => c.score)).toEqual(up.map((rank, i) => rank + down[i]));
  }
});

test('negative infinity and NaN lose, whatever the direction of the proxy', async () => {
  for (const id of ['gradsign', 'lower']) {
    let bad = 0;
    fixture.scorer.value = (architecture) => (scoreOf(architecture, '') < 0.6 ? [NaN, -Infinity][bad++ % 2] : 1);
    const { trials } = await fixture.run({ guidance: guidance({ proxies: [{ id }], poolSize: 8 }) });
    for (const { architecture, pool } of trials) {
      if (pool.some((c) => c.score === 1)) expect(scoreOf(architecture, '')).toBeGreaterThanOrEqual(0.6);
    }
    expect(bad).toBeGreaterThan(5);
  }
});

test('evolution evaluates children of earlier trials', async () => {
  const { trials } = await fixture.run({ algorithm: evolution(3), budget: { trials: 12 } });
  expect(trials.slice(0, 3).map((t) => t.parent)).toEqual([0, 0, 0]);
  for (const { number, parent } of trials.slice(3)) {
    expect(parent).toBeGreaterThanOrEqual(number - 3);
    expect(parent).toBeLessThan(number);
  }
});

test('given architectures are evaluated first, and count', async () => {
  const architectures = (await fixture.run({ seed: 5n, budget: { trials: 3 } })).trials.map((t) => t.architecture);
  const fields = { algorithm: evolution(4), guidance: guidance(), budget: { trials: 8 }, parallelism: 2 };
  const { trials } = await fixture.run({ ...fields, warmStart: { searches: [], architectures } });
  expect(trials.slice(0, 3).map((t) => t.architecture)).toEqual(architectures);
  expect(trials).toHaveLength(8);
  expect(trials.slice(-3).every((t) => t.parent > 0 && t.pool.length === 4)).toBe(true);
});

test('a search knows the trials of the searches that it starts from', async () => {
  const { search, trials } = await fixture.run({ seed: 5n, budget: { trials: 4 } });
  const fields = { algorithm: evolution(4), budget: { trials: 3 } };
  const warm = await fixture.run({ ...fields, warmStart: { searches: [search.name], architectures: [] } });
  const ops = (text: string) => text.match(/[a-z_0-9]+(?=~)/g)!;
  const distance = (a: string, b: string) => ops(a).filter((op, i) => op !== ops(b)[i]).length;
  const [{ architecture, parent }] = warm.trials;
  expect(parent).toBe(0);
  expect(trials.some((t) => distance(t.architecture, architecture) === 1)).toBe(true);
  expect(warm.search.bestTrial!.name.startsWith(warm.search.name)).toBe(true);
  const evaluation = benchmarkEvaluation();
  evaluation.value.reward!.seed = { value: { $case: 'seed', value: 777n } };
  await expect(
    fixture.create({ ...fields, evaluation, warmStart: { searches: [search.name], architectures: [] } }),
  ).rejects.toMatchObject({
    message: `spec.warm_start.searches[0]: ${search.name} has another space or evaluation, so that its rewards cannot be compared`,
  });
});

describe('budgets in seconds', () => {
  const budget = { seconds: 1000 };

  test.each([Profile.PROFILE_PAPER, Profile.PROFILE_FAIR])(
    'profile %i: the trial that overruns it is never best',
    async (profile) => {
      const { search, trials } = await fixture.run({ budget, profile });
      const last = trials.at(-1)!;
      expect(last.spentSeconds).toBeGreaterThan(1000);
      expect(last).toMatchObject({ eligible: false, state: TrialState.TRIAL_STATE_SUCCEEDED });
      expect(trials.slice(0, -1).every((t) => t.eligible && t.spentSeconds <= 1000)).toBe(true);
      expect(trials.at(-2)!.spentSeconds).toBeLessThan(1000);
      expect(search.spentSeconds).toBe(last.spentSeconds);
      expect(search.state).toBe(SearchState.SEARCH_STATE_SUCCEEDED);
    },
  );

  test('a trial that spends the budget to the last second is within it, and the last', async () => {
    const { trials } = await fixture.run({ budget: { trials: 4 } });
    const { search, trials: again } = await fixture.run({ budget: { seconds: trials[3].spentSeconds } });
    expect(again).toHaveLength(4);
    expect(again.every((t) => t.eligible)).toBe(true);
    expect(search.spentSeconds).toBe(trials[3].spentSeconds);
  });

  test('an over-budget trial with the highest reward is not the best', async () => {
    const { trials } = await fixture.run({ budget });
    const over = trials.at(-1)!.architecture;
    fixture.oracle.edit = (e) => ({ ...e, accuracy: fixture.oracle.evaluations.at(-1) === over ? 99.99 : e.accuracy });
    const { search, trials: again } = await fixture.run({ budget });
    expect(again.at(-1)).toMatchObject({ architecture: over, reward: 99.99, eligible: false });
    expect(search.bestTrial!.reward).toBeLessThan(99.99);
  });

  test('a proxy is free under PAPER and charged as specified under FAIR', async () => {
    const guided = { budget, guidance: guidance({ secondsPerScore: 30 }) };
    const paper = await fixture.run({ ...guided, profile: Profile.PROFILE_PAPER });
    const fair = await fixture.run({ ...guided, profile: Profile.PROFILE_FAIR });
    for (const t of paper.trials) expect(t.chargedSeconds).toBe(t.evaluationSeconds);
    for (const t of fair.trials) expect(t.chargedSeconds).toBe(4 * 30 + t.evaluationSeconds);
    expect(fair.trials.length).toBeLessThan(paper.trials.length);
    const same = fair.trials.map((t) => t.architecture);
    expect(paper.trials.slice(0, same.length).map((t) => t.architecture)).toEqual(same);
  });

  test('a table without seconds fails the search with the reason', async () => {
    fixture.oracle.edit = (e) => ({ ...e, trainSeconds: undefined });
    const { search } = await fixture.run({ budget });
    expect(search.state).toBe(SearchState.SEARCH_STATE_FAILED);
    expect(search.error!.message).toBe(
      'the budget is in seconds, and "made-up" does not have the seconds of this training',
    );
    const { search: counted } = await fixture.run({ budget: { trials: 3 } });
    expect(counted).toMatchObject({ state: SearchState.SEARCH_STATE_SUCCEEDED, spentSeconds: 0 });
    expect(counted.remarks).toEqual([
      '"made-up" does not have the seconds of the trainings; evaluations are charged nothing',
    ]);
  });

  test('a table without the seconds of a validation pass charges training alone, and says so', async () => {
    fixture.oracle.edit = (e) => ({ ...e, evalSeconds: undefined });
    const { search, trials } = await fixture.run({ budget });
    expect(trials[0].chargedSeconds).toBe(secondsOf(trials[0].architecture));
    expect(search.remarks).toEqual([
      '"made-up" does not have the seconds of a pass over the split; only training is charged',
    ]);
  });
});

describe('constraints and duplicates', () => {
  test('what is outside the constraints is not paid for', async () => {
    const { search, trials } = await fixture.run({ constraints: { maxParams: 500_000n }, budget: { trials: 6 } });
    const infeasible = trials.filter((t) => t.state === TrialState.TRIAL_STATE_INFEASIBLE);
    expect(infeasible.length).toBeGreaterThan(0);
    for (const t of infeasible) {
      expect(t.params).toBeGreaterThan(500_000n);
      expect(t.error!.message).toBe(`${t.params} parameters are over the limit of 500000`);
      expect(t).toMatchObject({ chargedSeconds: 0, attempts: 0, eligible: false });
    }
    expect(search.trialCounts).toMatchObject({ succeeded: 6, infeasible: infeasible.length });
    expect(fixture.oracle.evaluations).toHaveLength(6);
    const flops = await fixture.run({ constraints: { maxFlops: 5e7 }, budget: { trials: 3 } });
    expect(flops.trials.find((t) => t.reward !== undefined)).toMatchObject({ flops: 2000, params: 1000n });
    expect(flops.trials.find((t) => t.error)!.error!.message).toMatch(/multiply-adds are over the limit of 50000000$/);
  });

  test('what a table does not know of the costs is counted', async () => {
    fixture.oracle.edit = (e) => ({ ...e, params: 0n, flops: undefined });
    const { trials } = await fixture.run({ constraints: { maxParams: 10_000_000n }, budget: { trials: 1 } });
    expect(Number(trials[0].params)).toBeGreaterThan(50_000);
    expect(trials[0].flops).toBeGreaterThan(5e6);
  });

  test('a network that cannot be built is a reason to fail, with the option to blame', async () => {
    const trainer = { imageSize: 30 } as TrainerOptions;
    const value = { dataset: cifar10, network: undefined, trainer, seed: 0n };
    const { search } = await fixture.run({ evaluation: { $case: 'training', value }, constraints: { maxFlops: 1e9 } });
    expect(search.state).toBe(SearchState.SEARCH_STATE_FAILED);
    expect(search.error!.message).toMatch(/^spec.training: .*30/);
  });

  test('a known architecture is evaluated again, or its result reused without charge', async () => {
    const fields = { algorithm: evolution(2), budget: { trials: 60 } };
    const again = await fixture.run(fields);
    const repeats = (trials: { architecture: string }[]) =>
      trials.length - new Set(trials.map((t) => t.architecture)).size;
    expect(repeats(again.trials)).toBeGreaterThan(0);
    expect(fixture.oracle.evaluations).toHaveLength(60);
    fixture.oracle.evaluations.length = 0;
    const reused = await fixture.run({ ...fields, duplicates: DuplicatePolicy.DUPLICATE_POLICY_REUSE });
    expect(new Set(fixture.oracle.evaluations).size).toBe(60);
    expect(fixture.oracle.evaluations).toHaveLength(60);
    const copies = reused.trials.filter((t) => t.chargedSeconds === 0);
    expect(copies).toHaveLength(repeats(reused.trials));
    for (const t of copies) expect(t).toMatchObject({ reward: rewardOf(t.architecture), attempts: 0 });
  });
});

test('the reward is asked for as it is specified', async () => {
  const asked: unknown[] = [];
  const { getEvaluation } = fixture.oracle.api;
  fixture.oracle.api.getEvaluation = (request, options) => {
    asked.push(request.settings);
    return getEvaluation(request, options);
  };
  const evaluation = benchmarkEvaluation();
  evaluation.value.reward!.seed = { value: { $case: 'seed', value: 777n } };
  await fixture.run({ evaluation, budget: { trials: 2 } });
  expect(asked).toEqual([evaluation.value.reward, evaluation.value.reward]);
});
