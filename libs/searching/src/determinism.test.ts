import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { Trial } from '@gradsign/contracts';
import { SimulatedClock } from './clocks';
import { essence, evolution, Fixture, guidance, type PartialSpec } from './test-support';

/** Runs a search whose answers take times that have nothing to do with the search. */
async function run(fields: PartialSpec, delays: readonly number[]): Promise<Partial<Trial>[]> {
  const fixture = new Fixture(() => new Date(1e12));
  let calls = 0;
  const wait = () => (delays.length > 0 ? delay(delays[calls++ % delays.length]).then(() => undefined) : undefined);
  fixture.oracle.before = wait;
  fixture.scorer.before = wait;
  const { trials } = await fixture.run(fields);
  await fixture.service.close();
  return trials.map(essence);
}

const specs: fc.Arbitrary<PartialSpec> = fc.record({
  seed: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  algorithm: fc.constantFrom(evolution(3), { $case: 'random' as const, value: {} }),
  guidance: fc.constantFrom(undefined, guidance(), guidance({ guideInitial: true, secondsPerScore: 20 })),
  parallelism: fc.integer({ min: 1, max: 5 }),
  budget: fc.constantFrom({ trials: 9 }, { seconds: 900 }),
});

test('the same specification gives the same trials, whatever the timing', async () => {
  await fc.assert(
    fc.asyncProperty(specs, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 }), async (fields, delays) => {
      expect(await run(fields, delays)).toEqual(await run(fields, []));
    }),
    { numRuns: 25 },
  );
});

test('parallel workers take the time of the slowest, and results are told in the order in which trials end', async () => {
  const told: number[] = [];
  const trials = await run({ parallelism: 3, algorithm: evolution(4), budget: { trials: 12 } }, []);
  // A simulation of three workers over the same trials.
  const free = [0, 0, 0];
  for (const { number, chargedSeconds, spentSeconds } of trials) {
    const begin = Math.min(...free);
    free[free.indexOf(begin)] = begin + chargedSeconds!;
    expect(spentSeconds).toBeCloseTo(begin + chargedSeconds!, 9);
    told.push(number!);
  }
  // A parent has ended before its child begins.
  for (const { parent, chargedSeconds, spentSeconds } of trials.filter((t) => t.parent! > 0)) {
    expect(trials[parent! - 1].spentSeconds).toBeLessThanOrEqual(spentSeconds! - chargedSeconds!);
  }
  expect(told).toHaveLength(12);
});

test('parallelism saves simulated time and spends no more trials than the budget has', async () => {
  const [one, four] = await Promise.all([1, 4].map((parallelism) => run({ parallelism, budget: { trials: 8 } }, [])));
  const end = (trials: Partial<Trial>[]) => Math.max(...trials.map((t) => t.spentSeconds!));
  expect(one.map((t) => t.architecture)).toEqual(four.map((t) => t.architecture));
  expect(end(four)).toBeLessThan(end(one) / 2);
});

test('a strategy that has to wait for results is asked again when they come', async () => {
  const trials = await run({ parallelism: 6, algorithm: evolution(2), budget: { trials: 20 } }, []);
  expect(trials).toHaveLength(20);
  expect(trials.filter((t) => t.parent === 0)).toHaveLength(2);
});

test('the simulated clock lets trials arrive by time, then by number', async () => {
  const clock = new SimulatedClock();
  const order: number[] = [];
  const arrive = (trial: number, begin: number, charged: number) =>
    clock.arrive(trial, begin, charged).then(() => order.push(trial));
  const all = [arrive(3, 0, 5), arrive(1, 2, 4), arrive(2, 0, 5), arrive(4, 0, 1)];
  expect([clock.release(), clock.seconds]).toEqual([4, 1]);
  expect([clock.release(), clock.release(), clock.seconds]).toEqual([2, 3, 5]);
  expect([clock.release(), clock.seconds, clock.release()]).toEqual([1, 6, undefined]);
  await Promise.all(all);
  expect(order).toEqual([4, 2, 3, 1]);
});
