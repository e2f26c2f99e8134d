import { join } from 'node:path';
import { createComputePool } from '@gradsign/compute-pool';
import { WORKER_ENVIRONMENT } from '@gradsign/engine-onnxruntime/worker-environment';
import type { TrainingId } from './definition';
import { trainingKey, type TrainingJournal, type TrainingOutcome } from './journal';

export interface RunOptions {
  /** Processes that train at once, one thread each. */
  readonly workers: number;
  readonly signal?: AbortSignal;
  readonly onDone?: (done: number, total: number) => void;
}

/** Does the trainings that the journal does not have yet. */
export async function runTrainings(
  trainings: readonly TrainingId[],
  journal: Pick<TrainingJournal, 'done' | 'add'>,
  { workers, signal, onDone }: RunOptions,
): Promise<void> {
  const waiting = trainings.filter((training) => !journal.done.has(trainingKey(training))).values();
  const pool = createComputePool({
    workerModule: join(__dirname, '..', 'dist', 'worker.js'),
    size: workers,
    queueLimit: workers,
    spares: 0,
    workerEnv: WORKER_ENVIRONMENT,
  });
  let done = trainings.filter((training) => journal.done.has(trainingKey(training))).length;
  const lane = async () => {
    for (const training of waiting) {
      if (signal?.aborted) return;
      const { result } = await pool.run<TrainingOutcome>({ kind: 'train', payload: training }, { signal });
      journal.add(result);
      onDone?.(++done, trainings.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, lane));
  } finally {
    await pool.close();
  }
}
