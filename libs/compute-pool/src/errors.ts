/** Thrown when as many tasks wait as the queue may hold. */
export class PoolBusyError extends Error {
  override readonly name = 'PoolBusyError';
  constructor(
    readonly queueLimit: number,
    /** When a place is likely to be free, judged by the pace of recent tasks. */
    readonly retryAfterMs: number,
  ) {
    super(`all workers are busy and ${queueLimit} tasks wait, which is the queue's limit`);
  }
}

/** Thrown when the pool is closed before or while a task runs. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';
  constructor() {
    super('the compute pool is closed');
  }
}

/** Thrown when the caller aborts a task; `cause` is the abort signal's reason. */
export class TaskCancelledError extends Error {
  override readonly name = 'TaskCancelledError';
  constructor(kind: string, reason: unknown) {
    super(`task "${kind}" was cancelled`, { cause: reason });
  }
}

/** Thrown when a task has used up its time, waiting or running. */
export class TaskTimeoutError extends Error {
  override readonly name = 'TaskTimeoutError';
  constructor(
    readonly kind: string,
    readonly limitMs: number,
    readonly phase: 'queued' | 'running',
  ) {
    super(`task "${kind}" was not done within ${Math.round(limitMs)} ms; it was ${phase} when the time was up`);
  }
}

/** Thrown when a task's worker process ended under it, and again at each retry. */
export class WorkerCrashError extends Error {
  override readonly name = 'WorkerCrashError';
  constructor(
    readonly kind: string,
    readonly exit: { readonly pid: number; readonly code: number | null; readonly signal: NodeJS.Signals | null },
    /** How often the task was begun. */
    readonly attempts: number,
  ) {
    const how = exit.signal
      ? `was killed by ${exit.signal}${exit.signal === 'SIGKILL' ? ' (as happens when memory runs out)' : ''}`
      : `ended with exit code ${exit.code}`;
    super(`task "${kind}" failed after ${attempts} attempt(s): worker ${exit.pid} ${how}`);
  }
}

/** Thrown when worker processes end again and again before they are ready, so that nothing can run. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
  constructor(
    readonly workerModule: string,
    readonly failures: number,
    reason: string,
  ) {
    super(`worker ${workerModule} failed to start ${failures} times in a row, last: ${reason}`);
  }
}

/** Thrown when a task names a blob that the pool does not hold (any more): put it and run the task again. */
export class UnknownBlobError extends Error {
  override readonly name = 'UnknownBlobError';
  constructor(readonly digest: string) {
    super(`blob ${digest} is not in the compute pool`);
  }
}
