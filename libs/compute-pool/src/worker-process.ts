import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { WorkerBlobs } from './blobs';
import type { CompiledOptions, ExitReason } from './options';
import type { PendingTask } from './pending-task';
import type { FromWorker, ToWorker } from './protocol';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What kept the process from being started at all. */
  readonly error?: Error;
}

export interface WorkerListeners {
  onMessage(worker: WorkerProcess, message: FromWorker): void;
  /** Once, when the process is gone. */
  onExit(worker: WorkerProcess, exit: Exit): void;
}

/** A worker process, the task that it runs, and what it holds. */
export class WorkerProcess {
  /** `stopping`: killed, not yet gone. */
  state: 'starting' | 'idle' | 'busy' | 'stopping' = 'starting';
  task: PendingTask | undefined;
  served = 0;
  rssBytes: number | undefined;
  exitReason: ExitReason = 'crash';
  readonly blobs: WorkerBlobs;
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  #graceTimer?: NodeJS.Timeout;

  constructor(options: CompiledOptions, listeners: WorkerListeners) {
    this.blobs = new WorkerBlobs(options.workerBlobBytes);
    // The worker is told this process's id, by which it notices that it is an orphan. What it prints goes to standard
    // error: standard output belongs to this process.
    this.#child = fork(options.workerModule, [String(process.pid)], {
      env: { ...options.workerEnv },
      execArgv: [...options.execArgv],
      serialization: 'advanced',
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#child.on('message', (message: FromWorker) => listeners.onMessage(this, message));
    this.exited = new Promise((resolve) => {
      let gone = false;
      const exit = (how: Exit) => {
        if (gone) return;
        gone = true;
        clearTimeout(this.#graceTimer);
        resolve();
        listeners.onExit(this, how);
      };
      this.#child.once('exit', (code, signal) => exit({ code, signal }));
      this.#child.on('error', (error) => {
        if (this.pid === undefined) exit({ code: null, signal: null, error });
      });
    });
  }

  /** Absent where the system could not start the process. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a task. @throws Error where the payload cannot be copied. */
  run(task: PendingTask): void {
    const { kind, payload } = task.request;
    const { put, drop } = this.blobs.plan(task.blobs);
    if (put.length > 0 || drop.length > 0) this.#send({ type: 'blobs', drop, put });
    this.#send({ type: 'task', id: task.id, kind, payload, blobs: [...task.blobs.keys()] });
    this.state = 'busy';
    this.task = task;
  }

  /** The task is over, and the process can take another. */
  release(rssBytes: number): void {
    clearTimeout(this.#graceTimer);
    this.task = undefined;
    this.served++;
    this.rssBytes = rssBytes;
    if (this.state === 'busy') this.state = 'idle';
  }

  /** Asks the running task to stop, and kills the process if it has not within `graceMs`. */
  cancel(reason: ExitReason, graceMs: number, onKilled: () => void): void {
    if (this.task) this.#send({ type: 'cancel', id: this.task.id });
    this.#graceTimer = setTimeout(() => {
      this.kill(reason);
      onKilled();
    }, graceMs);
  }

  kill(reason: ExitReason): void {
    if (this.state === 'stopping') return;
    this.state = 'stopping';
    this.exitReason = reason;
    this.#child.kill('SIGKILL');
  }

  #send(message: ToWorker): void {
    // A process that is gone reports it by its exit.
    this.#child.send(message, () => {});
  }
}
