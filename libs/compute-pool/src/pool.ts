import { BlobStore } from './blobs';
import {
  PoolBusyError,
  PoolClosedError,
  TaskCancelledError,
  TaskTimeoutError,
  WorkerCrashError,
  WorkerStartError,
} from './errors';
import { compileOptions } from './options';
import type { CompiledOptions, ComputePoolOptions, PoolEvent } from './options';
import { PendingTask } from './pending-task';
import type { RunOptions, TaskRequest, TaskResult } from './pending-task';
import type { FromWorker } from './protocol';
import { TaskError } from './task-error';
import { WorkerProcess } from './worker-process';
import type { Exit } from './worker-process';

/** A bounded number of processes that run tasks, one at a time each. Idle processes keep this one alive: close it. */
export interface ComputePool {
  /**
   * Runs a task when a process is free, first come, first served. A task whose process ends under it is begun again,
   * `retries` times.
   * @throws PoolBusyError, UnknownBlobError or PoolClosedError at once; TaskCancelledError and TaskTimeoutError as soon
   * as they are due, whatever the worker does; TaskError with what the task threw; WorkerCrashError;
   * WorkerStartError; Error for a payload that cannot be copied.
   */
  run<T>(request: TaskRequest, options?: RunOptions): Promise<TaskResult<T>>;
  /**
   * Keeps a value that tasks name by its digest; each process gets it once, before the first such task. The least
   * recently used values are forgotten over `blobBytes`, but not for tasks that wait or run. Cheap for a known digest.
   */
  putBlob(digest: string, value: unknown): void;
  stats(): PoolStats;
  /** Fails what waits, gives what runs `graceMs` (default: the pool's) to end, and ends every process. */
  close(options?: { graceMs?: number }): Promise<void>;
}

export interface PoolStats {
  /** The processes that run or would run tasks next, without the spares. */
  readonly workers: readonly { pid: number; busy: boolean; ready: boolean; rssBytes?: number; served: number }[];
  /** Further processes that are ready. */
  readonly spares: number;
  readonly queued: number;
  readonly queueLimit: number;
  readonly blobBytes: number;
}

/** Starts the processes; tasks may be run at once, and wait until one is ready. */
export function createComputePool(options: ComputePoolOptions): ComputePool {
  return new ProcessPool(compileOptions(options));
}

const START_FAILURES_TOLERATED = 2;
const FIRST_RESTART_DELAY_MS = 100;
const LONGEST_RESTART_DELAY_MS = 10_000;
/** Pace assumed before any task has ended. */
const FIRST_PACE_MS = 1_000;

/**
 * All processes are alike: `size + spares` are kept, and at most `size` are busy. The oldest free one is chosen, so
 * that the youngest stay spare, until a kill or a crash makes room for them.
 */
class ProcessPool implements ComputePool {
  /** In order of their start. */
  readonly #workers = new Set<WorkerProcess>();
  readonly #blobs: BlobStore;
  #queue: PendingTask[] = [];
  #taskCount = 0;
  #paceMs = FIRST_PACE_MS;
  #startFailures = 0;
  #restartTimer?: NodeJS.Timeout;
  #closed = false;

  constructor(readonly options: CompiledOptions) {
    this.#blobs = new BlobStore(options.blobBytes);
    this.#replenish();
  }

  async run<T>(request: TaskRequest, options: RunOptions = {}): Promise<TaskResult<T>> {
    const { kind } = request;
    const { size, queueLimit } = this.options;
    if (this.#closed) throw new PoolClosedError();
    if (options.signal?.aborted) throw new TaskCancelledError(kind, options.signal.reason);
    if (options.deadline !== undefined && options.deadline <= Date.now()) throw new TaskTimeoutError(kind, 0, 'queued');
    const waiting = this.#queue.length;
    if (waiting + this.#busyCount() >= size + queueLimit) {
      throw new PoolBusyError(queueLimit, Math.ceil((this.#paceMs * (waiting + 1)) / size));
    }
    const blobs = new Map((request.blobs ?? []).map((digest) => [digest, this.#blobs.get(digest)]));
    const task = new PendingTask(++this.#taskCount, request, options, blobs, (...end) => this.#abandoned(...end));
    this.#queue.push(task);
    this.#dispatch();
    return task.promise as Promise<TaskResult<T>>;
  }

  putBlob(digest: string, value: unknown): void {
    this.#blobs.put(digest, value);
  }

  stats(): PoolStats {
    const alive = this.#alive();
    const busyFirst = [...alive.filter((w) => w.state === 'busy'), ...alive.filter((w) => w.state !== 'busy')];
    return {
      workers: busyFirst.slice(0, this.options.size).map(({ pid = 0, state, rssBytes, served }) => ({
        pid,
        busy: state === 'busy',
        ready: state !== 'starting',
        rssBytes,
        served,
      })),
      spares: busyFirst.slice(this.options.size).filter((w) => w.state === 'idle').length,
      queued: this.#queue.length,
      queueLimit: this.options.queueLimit,
      blobBytes: this.#blobs.bytes,
    };
  }

  async close({ graceMs = this.options.graceMs }: { graceMs?: number } = {}): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restartTimer);
    for (const task of this.#queue.splice(0)) task.reject(new PoolClosedError());
    const running = [...this.#workers].filter((worker) => worker.state === 'busy');
    for (const worker of this.#workers) if (!running.includes(worker)) worker.kill('closed');
    if (running.length > 0) {
      let timer: NodeJS.Timeout | undefined;
      const expired = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
      const ended = Promise.all(running.map((worker) => worker.exited));
      await Promise.race([ended, expired]).finally(() => clearTimeout(timer));
      for (const worker of running) {
        worker.task?.reject(new PoolClosedError());
        worker.kill('closed');
      }
    }
    await Promise.all([...this.#workers].map((worker) => worker.exited));
  }

  /** Later, so that a listener may use the pool, which does not exist yet when the first processes start. */
  #emit(event: PoolEvent): void {
    queueMicrotask(() => this.options.onEvent(event));
  }

  #alive(): WorkerProcess[] {
    return [...this.#workers].filter((worker) => worker.state !== 'stopping');
  }

  #busyCount(): number {
    return this.#alive().filter((worker) => worker.state === 'busy').length;
  }

  /** Gives waiting tasks to free processes. */
  #dispatch(): void {
    while (this.#queue.length > 0 && this.#busyCount() < this.options.size) {
      const worker = this.#choose(this.#queue[0]);
      if (!worker) return;
      const task = this.#queue.shift()!;
      try {
        worker.run(task);
        task.start(this.options.requestTimeoutMs);
      } catch (error) {
        task.reject(error);
      }
    }
  }

  /** The preferred process, or the one that lacks least of the task's blobs; among equals the oldest. */
  #choose(task: PendingTask): WorkerProcess | undefined {
    const idle = this.#alive().filter((worker) => worker.state === 'idle');
    const preferred = idle.find((worker) => worker.pid === task.options.preferWorker);
    const holding = (worker: WorkerProcess) => worker.blobs.held(task.blobs.keys());
    return preferred ?? idle.sort((a, b) => holding(b) - holding(a))[0];
  }

  /** Starts processes up to the number that is kept, but waits between failures. */
  #replenish(): void {
    const { size, spares } = this.options;
    while (!this.#closed && !this.#restartTimer && this.#alive().length < size + spares) {
      let worker: WorkerProcess;
      try {
        worker = new WorkerProcess(this.options, {
          onMessage: (...message) => this.#onMessage(...message),
          onExit: (...exit) => this.#onExit(...exit),
        });
      } catch (error) {
        // As when the system has no memory for another process.
        this.#startFailed({ code: null, signal: null, error: error as Error });
        return;
      }
      this.#workers.add(worker);
      if (worker.pid !== undefined) this.#emit({ type: 'worker-started', pid: worker.pid });
    }
  }

  #onMessage(worker: WorkerProcess, message: FromWorker): void {
    const pid = worker.pid!;
    if (message.type === 'ready') {
      this.#startFailures = 0;
      if (worker.state === 'starting') worker.state = 'idle';
      this.#emit({ type: 'worker-ready', pid });
    } else if (message.type === 'progress') {
      if (worker.task?.id === message.id && !worker.task.settled) worker.task.onProgress?.(message.value);
    } else {
      const task = worker.task;
      if (task?.id !== message.id) return;
      this.#paceMs += (task.runMs - this.#paceMs) * 0.2;
      if (message.type === 'result') task.resolve(message.result, pid, message.spans);
      else task.reject(new TaskError(task.request.kind, message.error, { pid }, message.spans));
      worker.release(message.rssBytes);
      if (this.#closed) worker.kill('closed');
      else if (worker.served >= this.options.recycleAfter) worker.kill('recycled');
      this.#replenish();
    }
    this.#dispatch();
  }

  #abandoned(task: PendingTask, reason: 'cancelled' | 'timeout'): void {
    this.#queue = this.#queue.filter((other) => other !== task);
    const worker = [...this.#workers].find((w) => w.task === task);
    worker?.cancel(reason, this.options.graceMs, () => {
      this.#replenish();
      this.#dispatch();
    });
  }

  #onExit(worker: WorkerProcess, exit: Exit): void {
    const { pid, task, exitReason: reason } = worker;
    this.#workers.delete(worker);
    this.#emit({ type: 'worker-exited', pid, code: exit.code, signal: exit.signal, reason });
    if (worker.state === 'starting') this.#startFailed(exit);
    if (task && !task.settled) this.#crashed(task, { pid: pid!, code: exit.code, signal: exit.signal });
    this.#replenish();
    this.#dispatch();
  }

  #crashed(task: PendingTask, exit: { pid: number; code: number | null; signal: NodeJS.Signals | null }): void {
    const { kind } = task.request;
    if (this.#closed) {
      task.reject(new PoolClosedError());
    } else if (task.attempts > (task.options.retries ?? this.options.retries)) {
      task.reject(new WorkerCrashError(kind, exit, task.attempts));
    } else {
      task.restart();
      this.#queue.unshift(task);
      this.#emit({ type: 'task-retried', kind, pid: exit.pid, attempt: task.attempts + 1 });
    }
  }

  #startFailed({ code, signal, error }: Exit): void {
    const failures = ++this.#startFailures;
    const reason = error?.message ?? (signal ? `killed by ${signal}` : `exit code ${code}`);
    const hopeless = failures > START_FAILURES_TOLERATED && this.#alive().every((w) => w.state === 'starting');
    if (hopeless) {
      const failed = new WorkerStartError(this.options.workerModule, failures, reason);
      for (const task of this.#queue.splice(0)) task.reject(failed);
    }
    const delay = Math.min(FIRST_RESTART_DELAY_MS * 2 ** (failures - 1), LONGEST_RESTART_DELAY_MS);
    this.#restartTimer ??= setTimeout(() => {
      this.#restartTimer = undefined;
      this.#replenish();
    }, delay);
  }
}
