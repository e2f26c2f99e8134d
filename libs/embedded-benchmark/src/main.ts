import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { runTrainings } from './build';
import { plannedTrainings } from './definition';
import { TrainingJournal } from './journal';
import { readResults, RESULTS_FILE, writeResults } from './results';

/**
 * Trains the benchmark, or goes on where it was broken off: `npm run embedded-benchmark -- --workers 2`. With `--out`
 * it is trained from the beginning into that file, else into the one that comes with the product.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { workers: { type: 'string' }, out: { type: 'string' } } });
  const file = values.out ?? RESULTS_FILE;
  mkdirSync(dirname(file), { recursive: true });
  const journal = new TrainingJournal(`${file}.journal`, readResults(file));
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const trainings = plannedTrainings();
  const begin = Date.now();
  const before = journal.done.size;
  try {
    await runTrainings(trainings, journal, {
      workers: Number(values.workers ?? availableParallelism()),
      signal: stop.signal,
      onDone: (done, total) => {
        if (done % 100 !== 0) return;
        const hours = (((Date.now() - begin) / (done - before)) * (total - done)) / 3_600_000;
        process.stderr.write(`${done} of ${total} trainings, ${hours.toFixed(1)} hours to go\n`);
      },
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    writeResults(file, journal.done);
    journal.remove();
  }
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
