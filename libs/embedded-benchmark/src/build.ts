import { join } from 'node:path';
import { createComputePool } from '@gradsign/compute-pool';
import { WORKER_ENVIRONMENT } from '@gradsign/engine-onnxruntime/worker-environment';
import type { TrainingId } from './definition';
import { trainingKey, type Outcomes, type TrainingOutcome } from './outcome';

export interface RunOptions {
  /** Processes that train at once, one thread each. */
  readonly workers: number;
  readonly signal?: AbortSignal;
  /** Hears of each training, when it is among the outcomes. */
  readonly onDone?: () => void;
}

/** Does the trainings that are not among the outcomes yet, and puts them there. */
export async function runTrainings(
  trainings: readonly TrainingId[],
  outcomes: Outcomes,
  { workers, signal, onDone }: RunOptions,
): Promise<void> {
  const waiting = trainings.filter((training) => !outcomes.has(trainingKey(training))).values();
  const pool = createComputePool({
    workerModule: join(__dirname, '..', 'dist', 'worker.js'),
    size: workers,
    queueLimit: workers,
    spares: 0,
    workerEnv: WORKER_ENVIRONMENT,
  });
  const lane = async () => {
    for (const training of waiting) {
      if (signal?.aborted) return;
      const { result } = await pool.run<TrainingOutcome>({ kind: 'train', payload: training }, { signal });
      outcomes.set(trainingKey(result), result);
      onDone?.();
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, lane));
  } finally {
    await pool.close();
  }
}
