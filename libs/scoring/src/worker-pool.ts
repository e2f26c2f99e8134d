import { join } from 'node:path';
import { createComputePool, type ComputePool, type PoolEvent } from '@gradsign/compute-pool';
import { WORKER_ENVIRONMENT } from '@gradsign/engine-onnxruntime/worker-environment';

/** The built module that the scorer's worker processes run. */
const WORKER_MODULE = join(__dirname, '..', 'dist', 'worker.js');

export interface ScorerPoolOptions {
  /** Worker processes; one for each core is fastest. */
  readonly size: number;
  /** Requests that may wait for a worker. */
  readonly queueLimit: number;
  /** Environment of the workers beside what the engine asks for; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Hears what happens to the processes. */
  readonly onEvent?: (event: PoolEvent) => void;
}

/** A pool of processes that score architectures, each with one thread. */
export function createScorerPool({ size, queueLimit, environment, onEvent }: ScorerPoolOptions): ComputePool {
  return createComputePool({
    workerModule: WORKER_MODULE,
    size,
    queueLimit,
    onEvent,
    workerEnv: { ...environment, ...WORKER_ENVIRONMENT },
  });
}
