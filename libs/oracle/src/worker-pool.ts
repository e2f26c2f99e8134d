import { join } from 'node:path';
import { createComputePool, type ComputePool } from '@gradsign/compute-pool';
import { WORKER_ENVIRONMENT } from '@gradsign/engine-onnxruntime/worker-environment';

/** The built module that the oracle's worker processes run. */
const WORKER_MODULE = join(__dirname, '..', 'dist', 'worker.js');

export interface TrainerPoolOptions {
  /** Worker processes: trainings that run at once. */
  readonly size: number;
  /** Trainings that may wait for a worker. */
  readonly queueLimit: number;
  /** Environment of the workers beside what the engine asks for; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A pool of processes that train networks, each with one thread. */
export function createTrainerPool({ size, queueLimit, environment }: TrainerPoolOptions): ComputePool {
  return createComputePool({
    workerModule: WORKER_MODULE,
    size,
    queueLimit,
    workerEnv: { ...environment, ...WORKER_ENVIRONMENT },
  });
}
