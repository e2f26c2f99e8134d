import { AsyncResource } from 'node:async_hooks';
import type { SpanRecord } from '@gradsign/telemetry';
import { TaskCancelledError, TaskTimeoutError } from './errors';

export interface TaskRequest {
  /** Which of the worker's handlers serves it. */
  readonly kind: string;
  /** Any value that structured cloning can copy. */
  readonly payload: unknown;
  /** Digests of the blobs that the task reads; they must have been put into the pool. */
  readonly blobs?: readonly string[];
}

export interface RunOptions {
  /** Cancels the task. */
  signal?: AbortSignal;
  /** Hears what the task reports, in the asynchronous context of the call. */
  onProgress?: (value: unknown) => void;
  /** When the task must be done, waiting included: milliseconds since the Unix epoch. */
  deadline?: number;
  /** Process to run in if it is free. */
  preferWorker?: number;
  /** Overrides the pool's `retries`. */
  retries?: number;
}

export interface TaskResult<T> {
  readonly result: T;
  readonly worker: { readonly pid: number };
  /** What the task recorded, for `recordSpans` of the telemetry library. */
  readonly spans: readonly SpanRecord[];
  /** How long the task waited before its last attempt began, and how long that one took. */
  readonly timing: { readonly queuedMs: number; readonly runMs: number };
}

/** setTimeout takes no more, and treats what exceeds it as 1. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A task from `run` to its result, and what may end it early: an abort, the deadline, the bound on one run. */
export class PendingTask {
  readonly promise: Promise<TaskResult<unknown>>;
  readonly onProgress: ((value: unknown) => void) | undefined;
  attempts = 0;
  settled = false;
  readonly #createdAt = performance.now();
  #startedAt = 0;
  #resolve!: (result: TaskResult<unknown>) => void;
  #reject!: (error: unknown) => void;
  #deadlineTimer?: NodeJS.Timeout;
  #runTimer?: NodeJS.Timeout;
  readonly #onAbort: () => void;

  constructor(
    readonly id: number,
    readonly request: TaskRequest,
    readonly options: RunOptions,
    /** Content of the request's blobs, kept from eviction while the task lives. */
    readonly blobs: ReadonlyMap<string, Uint8Array>,
    /** Called when the task ends before its worker is done with it. */
    readonly onAbandoned: (task: PendingTask, reason: 'cancelled' | 'timeout') => void,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.onProgress = options.onProgress && AsyncResource.bind(options.onProgress);
    this.#onAbort = () => this.#abandon('cancelled', new TaskCancelledError(request.kind, options.signal?.reason));
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.deadline !== undefined) {
      this.#deadlineTimer = this.#timer(Math.max(0, options.deadline - Date.now()));
    }
  }

  /** An attempt begins, which may take `limitMs`. */
  start(limitMs: number): void {
    this.attempts++;
    this.#startedAt = performance.now();
    if (limitMs !== Infinity) this.#runTimer = this.#timer(limitMs);
  }

  /** The attempt is over without a result, and another will follow. */
  restart(): void {
    clearTimeout(this.#runTimer);
    this.#startedAt = 0;
  }

  get runMs(): number {
    return performance.now() - this.#startedAt;
  }

  resolve(result: unknown, pid: number, spans: readonly SpanRecord[]): void {
    const timing = { queuedMs: this.#startedAt - this.#createdAt, runMs: this.runMs };
    this.#settle(() => this.#resolve({ result, worker: { pid }, spans, timing }));
  }

  reject(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  #timer(ms: number): NodeJS.Timeout {
    return setTimeout(
      () => {
        const phase = this.#startedAt === 0 ? 'queued' : 'running';
        this.#abandon('timeout', new TaskTimeoutError(this.request.kind, ms, phase));
      },
      Math.min(ms, LONGEST_TIMER_MS),
    );
  }

  #abandon(reason: 'cancelled' | 'timeout', error: Error): void {
    this.reject(error);
    this.onAbandoned(this, reason);
  }

  #settle(how: () => void): void {
    if (this.settled) return;
    this.settled = true;
    clearTimeout(this.#deadlineTimer);
    clearTimeout(this.#runTimer);
    this.options.signal?.removeEventListener('abort', this.#onAbort);
    how();
  }
}
