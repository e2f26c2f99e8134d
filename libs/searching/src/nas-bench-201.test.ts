import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile, SearchState, type SearchSpec } from '@gradsign/contracts';
import { evolution, Fixture } from './test-support';

// The table has the published means of NAS-Bench-201, so a search over it must end where published searches end.
const path = join(__dirname, '../../../../shared/data/nas-bench-201/nb201.csv.gz');
const absent = !existsSync(path);
if (absent) console.warn(`skipped: ${path} is absent`);

const RUNS = 60;

interface Entry {
  /** Validation accuracy after 12 epochs on half of the CIFAR-10 training images: what a search sees. */
  readonly reward: number;
  /** Test accuracy on CIFAR-10 after 200 epochs: what a search is judged by. */
  readonly test: number;
  readonly secondsPerEpoch: number;
}

function readTable(): Map<string, Entry> {
  const [header, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  const columns = header.split(',');
  const number = (cells: string[], name: string) => Number(cells[columns.indexOf(name)]);
  return new Map(
    lines.map((line) => {
      const cells = line.split(',');
      const [reward, test] = [number(cells, 'c10valid_val_12'), number(cells, 'c10_test_200')];
      const secondsPerEpoch = number(cells, 'c10valid_train_s_per_epoch');
      return [cells[columns.indexOf('arch_str')], { reward, test, secondsPerEpoch }];
    }),
  );
}

// A simulation of the published semantics over the same table, 500 runs each: 93.75 and 93.93.
(absent ? test.skip.each : test.each)([
  ['random', { $case: 'random', value: {} }, 93.75],
  ['rea', evolution(10), 93.93],
] as [string, SearchSpec['algorithm'], number][])(
  '%s reaches the published CIFAR-10 test accuracy in 12,000 simulated seconds',
  async (_, algorithm, published) => {
    const table = readTable();
    const fixture = new Fixture();
    fixture.oracle.edit = (evaluation) => {
      const { reward, secondsPerEpoch } = table.get(fixture.oracle.evaluations.at(-1)!)!;
      // 12 epochs, and a validation pass of about 0.34 of one.
      return {
        ...evaluation,
        accuracy: reward,
        trainSeconds: 12 * secondsPerEpoch,
        evalSeconds: 0.34 * secondsPerEpoch,
      };
    };
    const ends: { test: number; trials: number }[] = [];
    for (let seed = 0; seed < RUNS; seed++) {
      const profile = Profile.PROFILE_PAPER;
      const fields = { algorithm, profile, seed: BigInt(seed), budget: { seconds: 12_000 } };
      const { search, trials } = await fixture.run(fields);
      expect(search.state).toBe(SearchState.SEARCH_STATE_SUCCEEDED);
      expect(search.spentSeconds).toBeGreaterThan(12_000);
      ends.push({ test: table.get(search.bestTrial!.architecture)!.test, trials: trials.length - 1 });
    }
    await fixture.service.close();
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(Math.abs(mean(ends.map((e) => e.test)) - published)).toBeLessThan(0.15);
    // About 106 evaluations of 110 s on average; evolution drifts to larger, slower networks.
    expect(mean(ends.map((e) => e.trials))).toBeGreaterThan(75);
    expect(mean(ends.map((e) => e.trials))).toBeLessThan(125);
  },
  60_000,
);
