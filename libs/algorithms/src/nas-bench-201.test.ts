import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { searchSpace } from '@gradsign/search-spaces';
import { ALGORITHM_DEFAULTS, createProposer } from './registry';
import { Strategy } from './strategy';

// The table has the published means of NAS-Bench-201, so a search over it must end where published searches end.
const path = join(__dirname, '../../../../shared/data/nas-bench-201/nb201.csv.gz');
const absent = !existsSync(path);
if (absent) console.warn(`skipped: ${path} is absent`);

const BUDGET_SECONDS = 12_000;
const RUNS = 60;

interface Entry {
  /** Validation accuracy after 12 epochs on half of the CIFAR-10 training images: what a search sees. */
  readonly reward: number;
  /** Test accuracy on CIFAR-10 after 200 epochs: what a search is judged by. */
  readonly test: number;
  /** Seconds of 12 epochs of training and one validation pass (0.34 of an epoch). */
  readonly seconds: number;
}

function readTable(): Map<string, Entry> {
  const [header, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  const columns = header.split(',');
  const column = (cells: string[], name: string) => Number(cells[columns.indexOf(name)]);
  return new Map(
    lines.map((line) => {
      const cells = line.split(',');
      const seconds = (12 + 0.34) * column(cells, 'c10valid_train_s_per_epoch');
      const entry = { reward: column(cells, 'c10valid_val_12'), test: column(cells, 'c10_test_200'), seconds };
      return [cells[columns.indexOf('arch_str')], entry];
    }),
  );
}

/** One search; the trial that overruns the budget is dropped. */
function search(table: Map<string, Entry>, algorithm: string, seed: number): { test: number; trials: number } {
  const strategy = new Strategy({
    space: searchSpace('nas-bench-201'),
    proposer: createProposer(algorithm, ALGORITHM_DEFAULTS),
    mutation: 'published',
    seed,
  });
  let best: Entry | undefined;
  for (let spent = 0, trials = 0; ; trials++) {
    const step = strategy.ask();
    if (step.kind !== 'evaluate') throw new Error(`an unguided search with nothing outstanding got "${step.kind}"`);
    const entry = table.get(step.proposal.architecture)!;
    spent += entry.seconds;
    if (spent > BUDGET_SECONDS) return { test: best!.test, trials };
    if (!best || entry.reward > best.reward) best = entry;
    strategy.tell(step.proposal.id, entry.reward);
  }
}

// A simulation of the published semantics over the same table, 500 runs each.
(absent ? test.skip.each : test.each)([
  ['random', 93.75],
  ['rea', 93.93],
] as const)('%s reaches the published CIFAR-10 test accuracy in 12,000 s', (algorithm, published) => {
  const table = readTable();
  const runs = Array.from({ length: RUNS }, (_, seed) => search(table, algorithm, seed));
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(Math.abs(mean(runs.map((r) => r.test)) - published)).toBeLessThan(0.15);
  // About 106 evaluations of 110 s on average; evolution drifts to larger, slower networks.
  expect(mean(runs.map((r) => r.trials))).toBeGreaterThan(75);
  expect(mean(runs.map((r) => r.trials))).toBeLessThan(125);
});
