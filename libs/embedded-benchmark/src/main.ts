import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { runTrainings } from './build';
import { plannedTrainings } from './definition';
import { readResults, RESULTS_FILE, writeResults } from './results';

/** Trainings between two writings of the file: what a run that is killed loses at most. */
const WRITE_EVERY = 50;

/**
 * Trains the benchmark, or goes on where it was broken off: `npm run embedded-benchmark -- --workers 2`. With `--out`
 * it is trained from the beginning into that file, else into the one that comes with the product.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { workers: { type: 'string' }, out: { type: 'string' } } });
  const file = values.out ?? RESULTS_FILE;
  mkdirSync(dirname(file), { recursive: true });
  const outcomes = readResults(file);
  const trainings = plannedTrainings();
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const begin = Date.now();
  const before = outcomes.size;
  const onDone = () => {
    const { size } = outcomes;
    if (size % WRITE_EVERY !== 0) return;
    writeResults(file, outcomes);
    const hours = (((Date.now() - begin) / (size - before)) * (trainings.length - size)) / 3_600_000;
    process.stderr.write(`${size} of ${trainings.length} trainings, ${hours.toFixed(1)} hours to go\n`);
  };
  try {
    const workers = Number(values.workers ?? availableParallelism());
    await runTrainings(trainings, outcomes, { workers, signal: stop.signal, onDone });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    writeResults(file, outcomes);
  }
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
