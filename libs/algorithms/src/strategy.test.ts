import fc from 'fast-check';
import { searchSpace } from '@gradsign/search-spaces';
import { bestOf, combineScores } from './guidance';
import { createProposer } from './registry';
import { Strategy, type GuidanceOptions, type Proposal, type StrategyOptions } from './strategy';

const space = searchSpace('nas-bench-201');

function options(algorithm: string, seed: number, guidance?: GuidanceOptions, first?: string[]): StrategyOptions {
  const proposer = createProposer(algorithm, { populationSize: 4, tournamentSize: 3 });
  return { space, proposer, guidance, mutation: 'published', seed, first };
}

/** A made-up accuracy and score of an architecture: they depend on its text alone. */
const rewardOf = (architecture: string) =>
  [...architecture].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 9973, 7) / 100;
const scoreOf = (architecture: string) => (rewardOf(architecture) * 37) % 11;

/** Runs until `count` proposals are evaluated; `between` may replace the strategy between any two steps. */
function run(strategy: Strategy, count: number, between: (s: Strategy) => Strategy = (s) => s): Proposal[] {
  const proposals: Proposal[] = [];
  while (proposals.length < count) {
    strategy = between(strategy);
    const step = strategy.ask();
    if (step.kind === 'wait') throw new Error('nothing is outstanding, so nothing may be awaited');
    if (step.kind === 'score') {
      strategy = between(strategy);
      const { proposal } = strategy.tellScores(step.pool.map(scoreOf));
      proposals.push(proposal);
    } else {
      proposals.push(step.proposal);
    }
    strategy = between(strategy);
    const { id, architecture } = proposals.at(-1)!;
    strategy.tell(id, rewardOf(architecture));
  }
  return proposals;
}

const given = run(new Strategy(options('random', 99)), 3).map((p) => p.architecture);

const cases = [
  ['random', undefined],
  ['random', { poolSize: 5, guideInitial: false }],
  ['rea', undefined],
  ['rea', { poolSize: 5, guideInitial: false }],
  ['rea', { poolSize: 5, guideInitial: true }],
] as const;

test.each(cases)('%s %j: a snapshot at any step continues exactly', (algorithm, guidance) => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (seed, restarts) => {
      let step = 0;
      const restart = (strategy: Strategy) =>
        restarts[step++ % restarts.length]
          ? Strategy.restore(options(algorithm, seed, guidance, given), JSON.parse(JSON.stringify(strategy.snapshot())))
          : strategy;
      const whole = run(new Strategy(options(algorithm, seed, guidance, given)), 15);
      const broken = run(new Strategy(options(algorithm, seed, guidance, given)), 15, restart);
      expect(broken).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});

test('different seeds search differently', () => {
  const first = run(new Strategy(options('rea', 1)), 10).map((p) => p.architecture);
  expect(run(new Strategy(options('rea', 1)), 10).map((p) => p.architecture)).toEqual(first);
  expect(run(new Strategy(options('rea', 2)), 10).map((p) => p.architecture)).not.toEqual(first);
});

test('a guided proposal is the first of the best of its pool', () => {
  const proposals = run(new Strategy(options('random', 3, { poolSize: 6, guideInitial: false })), 20);
  for (const { architecture, pool } of proposals) {
    const scores = pool!.map((c) => scoreOf(c.architecture));
    expect(pool).toHaveLength(6);
    expect(architecture).toBe(pool![scores.indexOf(Math.max(...scores))].architecture);
  }
  expect(bestOf([1, 3, 3, NaN])).toBe(1);
  expect(bestOf([NaN, -Infinity])).toBe(1);
});

test('the initial population is left to chance unless it is guided on purpose', () => {
  const pools = (guideInitial: boolean) =>
    run(new Strategy(options('rea', 4, { poolSize: 3, guideInitial })), 8).map((p) => p.pool !== undefined);
  expect(pools(false)).toEqual([false, false, false, false, true, true, true, true]);
  expect(pools(true)).toEqual(new Array(8).fill(true));
});

test('evolution mutates one edge of a member of the population, and the oldest leaves', () => {
  const proposals = run(new Strategy(options('rea', 5)), 40);
  const ops = (text: string) => text.match(/[a-z_0-9]+(?=~)/g)!;
  for (const { id, architecture, parent } of proposals.slice(4)) {
    // Population 4: only the four youngest before it can be a parent.
    expect(parent).toBeGreaterThanOrEqual(id - 4);
    expect(parent).toBeLessThan(id);
    const mother = ops(proposals[parent! - 1].architecture);
    expect(ops(architecture).filter((op, i) => op !== mother[i])).toHaveLength(1);
  }
});

test('the tournament picks the better member as often as chance says', () => {
  // Two members, three draws with replacement: the worse one is the parent once in 8.
  const evolution = createProposer('rea', { populationSize: 2, tournamentSize: 3 });
  const strategy = new Strategy({ space, proposer: evolution, mutation: 'uniform', seed: 6 });
  const [a, b] = [strategy.ask(), strategy.ask()].map((s) => (s.kind === 'evaluate' ? s.proposal.id : 0));
  strategy.tell(a, 10);
  strategy.tell(b, 20);
  let worse = 0;
  for (let i = 0; i < 4000; i++) {
    const step = strategy.ask();
    if (step.kind === 'evaluate' && step.proposal.parent === a) worse++;
  }
  // Mean 500, standard deviation 21.
  expect(Math.abs(worse - 500)).toBeLessThan(5 * 21);
});

test('several proposals may be outstanding; without any result evolution waits', () => {
  const strategy = new Strategy(options('rea', 7));
  const ids = Array.from({ length: 4 }, () => strategy.ask()).map((s) => (s.kind === 'evaluate' ? s.proposal.id : 0));
  expect(ids).toEqual([1, 2, 3, 4]);
  expect(strategy.ask()).toEqual({ kind: 'wait' });
  strategy.tell(3, 50);
  expect(strategy.ask()).toMatchObject({ kind: 'evaluate', proposal: { id: 5, parent: 3 } });
  strategy.tell(1, undefined);
  // The failed one is replaced by a new random architecture.
  expect(strategy.ask()).toMatchObject({ kind: 'evaluate', proposal: { id: 6 } });
  expect(() => strategy.tell(1, 1)).toThrow('proposal 1 is not outstanding');
});

test('given architectures come first and are members of the initial population', () => {
  for (const guidance of [undefined, { poolSize: 3, guideInitial: true }]) {
    const proposals = run(new Strategy(options('rea', 8, guidance, given)), 8);
    expect(proposals.slice(0, 3).map((p) => p.architecture)).toEqual(given);
    // A population of 4: one more random architecture, then children.
    expect(proposals.map((p) => p.parent !== undefined)).toEqual([
      ...new Array<boolean>(4).fill(false),
      true,
      true,
      true,
      true,
    ]);
    expect(proposals.map((p) => p.pool !== undefined)).toEqual(
      proposals.map((p) => guidance !== undefined && p.id > 3),
    );
  }
  const strategy = new Strategy(options('rea', 8, undefined, given));
  const ids = given.map(() => strategy.ask()).map((s) => (s.kind === 'evaluate' ? s.proposal.id : 0));
  for (const id of ids) strategy.tell(id, undefined);
  // None of them succeeded: the whole initial population is random.
  const kinds = Array.from({ length: 5 }, () => strategy.ask().kind);
  expect(kinds).toEqual(['evaluate', 'evaluate', 'evaluate', 'evaluate', 'wait']);
});

test('results known from the start make up the initial population, the youngest last', () => {
  const known = run(new Strategy(options('random', 12)), 6)
    .map((p) => p.architecture)
    .map((architecture) => ({ architecture, reward: rewardOf(architecture) }));
  const start = () => new Strategy({ ...options('rea', 9), known });
  const [first, ...rest] = run(start(), 10);
  // The population holds four: a parent is one of the last four.
  expect(first).toMatchObject({ id: 1, parent: 0 });
  const ops = (text: string) => text.match(/[a-z_0-9]+(?=~)/g)!;
  const changes = (to: string) => (from: { architecture: string }) =>
    ops(from.architecture).filter((op, i) => op !== ops(to)[i]).length === 1;
  expect(known.slice(-4).some(changes(first.architecture))).toBe(true);
  expect(rest.every((p) => p.parent !== undefined)).toBe(true);
  const strategy = start();
  strategy.ask();
  const again = Strategy.restore({ ...options('rea', 9), known }, strategy.snapshot());
  expect(again.snapshot()).toEqual(strategy.snapshot());
});

test('several proxies are combined by their ranks', () => {
  expect(combineScores([[5, 1, 3]])).toEqual([5, 1, 3]);
  expect(
    combineScores([
      [1, 2, 3],
      [1e9, 3e9, 2e9],
    ]),
  ).toEqual([0, 3, 3]);
});
