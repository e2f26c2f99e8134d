import { isAbsolute } from 'node:path';

export interface ComputePoolOptions {
  /** Absolute path of a built JavaScript module that calls `serveTasks`. */
  workerModule: string;
  /** How many tasks run at once, each in a process of its own. */
  size: number;
  /** How many tasks may wait. One more fails with a PoolBusyError. */
  queueLimit: number;
  /** The whole environment of a worker: nothing is inherited, so that secrets of the service stay out of workers. */
  workerEnv?: Readonly<Record<string, string | undefined>>;
  /** Flags of the worker's Node, e.g. `--max-old-space-size=4096`. Default: none, not those of this process. */
  execArgv?: readonly string[];
  /** Further processes that are started and loaded, to take over where one is killed. Default: 1. */
  spares?: number;
  /** How often a task is begun again whose worker process ended under it. Default: 1. */
  retries?: number;
  /** Bound on one run of a task, in milliseconds. Default: none. */
  requestTimeoutMs?: number;
  /** How long a cancelled task may take to stop before its process is killed, in milliseconds. Default: 200. */
  graceMs?: number;
  /** Tasks that a process serves before another replaces it. Default: no bound. */
  recycleAfter?: number;
  /** Bytes of blobs kept by the pool. Default: 256 MiB. */
  blobBytes?: number;
  /** Bytes of blobs kept by each worker, beyond those of the task that it runs. Default: 128 MiB. */
  workerBlobBytes?: number;
  /** Hears what happens to the processes: for logs and metrics. */
  onEvent?: (event: PoolEvent) => void;
}

/** Why the pool ended a process, or `crash` where it did not. */
export type ExitReason = 'crash' | 'cancelled' | 'timeout' | 'recycled' | 'closed';

export type PoolEvent =
  | { readonly type: 'worker-started'; readonly pid: number }
  | { readonly type: 'worker-ready'; readonly pid: number }
  | {
      readonly type: 'worker-exited';
      readonly pid: number | undefined;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly reason: ExitReason;
    }
  | { readonly type: 'task-retried'; readonly kind: string; readonly pid: number; readonly attempt: number };

export type CompiledOptions = Required<ComputePoolOptions>;

const MIB = 1024 * 1024;
const DEFAULTS = {
  workerEnv: {},
  execArgv: [],
  spares: 1,
  retries: 1,
  requestTimeoutMs: Infinity,
  graceMs: 200,
  recycleAfter: Infinity,
  blobBytes: 256 * MIB,
  workerBlobBytes: 128 * MIB,
  onEvent: () => {},
};

const LEAST = {
  size: 1,
  queueLimit: 0,
  spares: 0,
  retries: 0,
  requestTimeoutMs: 1,
  graceMs: 0,
  recycleAfter: 1,
  blobBytes: 0,
  workerBlobBytes: 0,
} as const;
const MAY_BE_INFINITE = new Set(['requestTimeoutMs', 'recycleAfter']);

/** @throws RangeError naming the option, its value and the rule. */
export function compileOptions(options: ComputePoolOptions): CompiledOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const compiled: CompiledOptions = { ...DEFAULTS, ...(given as unknown as ComputePoolOptions) };
  if (!isAbsolute(compiled.workerModule)) {
    throw new RangeError(`workerModule is "${compiled.workerModule}": it must be an absolute path`);
  }
  for (const [name, least] of Object.entries(LEAST)) {
    const value = compiled[name as keyof typeof LEAST];
    const whole = Number.isInteger(value) || (value === Infinity && MAY_BE_INFINITE.has(name));
    if (!whole || value < least) throw new RangeError(`${name} is ${value}: it must be an integer of ${least} or more`);
  }
  return compiled;
}
