// The demonstration's searches, each training a hundredth of its size.
import { DEMO_TRIALS, demoSpec } from '@gradsign/cli';
import type { SearchSpec } from '@gradsign/contracts';
import { serving, temporaryFolder } from './product';
import { quickTrainer } from './requests';
import { succeeds } from './searches';

jest.setTimeout(120_000);

/** Everything as in the demonstration but the size of the work. */
function shrunk(spec: SearchSpec): SearchSpec {
  const { evaluation, guidance } = spec;
  if (evaluation?.$case !== 'training') throw new Error('the demonstration trains its networks');
  const network = { ...evaluation.value.network!, channels: 4 };
  return {
    ...spec,
    evaluation: { $case: 'training', value: { ...evaluation.value, network, trainer: quickTrainer } },
    guidance: guidance && { ...guidance, proxies: guidance.proxies.map((proxy) => ({ ...proxy, batchSize: 8 })) },
  };
}

test('most networks of the guided search are the best of ten, and none of the random one', async () => {
  const { clients, stop } = await serving(temporaryFolder());
  const [guided, random] = await Promise.all([
    succeeds(clients.searcher, shrunk(demoSpec('g-rea'))),
    succeeds(clients.searcher, shrunk(demoSpec('random'))),
  ]);
  await stop();

  expect(guided.trials).toHaveLength(DEMO_TRIALS);
  expect(random.trials).toHaveLength(DEMO_TRIALS);
  const chosen = guided.trials.filter(({ pool }) => pool.length > 0);
  expect(chosen.length).toBeGreaterThan(DEMO_TRIALS / 2);
  for (const { pool, architecture } of chosen) {
    expect(pool).toHaveLength(10);
    const best = Math.max(...pool.map(({ score }) => score));
    expect(pool.find((candidate) => candidate.architecture === architecture)!.score).toBe(best);
  }
  expect(Number(guided.search.scoredArchitectures)).toBeGreaterThan(chosen.length);

  expect(random.trials.filter(({ pool }) => pool.length > 0)).toEqual([]);
  expect(random.search.scoredArchitectures).toBe(0n);
});
