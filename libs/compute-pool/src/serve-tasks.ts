import { writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { deserialize } from 'node:v8';
import { exitWhenOrphaned } from './orphan-watch';
import type { FromWorker, ToWorker } from './protocol';
import { SpanRecorder } from './span-recorder';
import type { ActiveSpan, SpanAttributes } from './span-recorder';
import { errorRecord } from './task-error';

/** What a task may use of its surroundings. */
export interface TaskContext {
  /** Aborted when the pool asks the task to stop. It can only change while the event loop turns: see `checkpoint`. */
  readonly signal: AbortSignal;
  /** Lets the event loop hear a cancellation, and throws the signal's reason if there was one. For chunk boundaries. */
  checkpoint(): Promise<void>;
  /** Reports to the `onProgress` of the task's caller. The value is copied. */
  progress(value: unknown): void;
  /** Runs `fn` in a span that is a child of the one around the call, or of the caller's. */
  span<T>(name: string, attributes: SpanAttributes, fn: (span: ActiveSpan) => T | Promise<T>): Promise<T>;
  /** The value of a blob that the task names. It is shared by all tasks of this worker: do not change it. */
  blob<T>(digest: string): T;
}

/** The value returned must be one that structured cloning can copy. */
export type TaskHandler = (payload: unknown, context: TaskContext) => unknown;

/**
 * Serves tasks by kind in a worker process of a pool. Call it once, at the end of the worker's module: from then on the
 * pool sends tasks, one at a time. The process ends when the pool or its process does.
 * @throws Error when the process was not started by a pool.
 */
export function serveTasks(handlers: Readonly<Record<string, TaskHandler>>): void {
  const parentPid = Number(process.argv[2]);
  if (!process.send || !Number.isInteger(parentPid)) {
    throw new Error('serveTasks: this process was not started by a compute pool');
  }
  // A terminal's Ctrl-C and a service manager's stop reach the whole group; the parent decides what they mean.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  // At once: nothing here needs an orderly end, and tearing down native libraries may crash or hang.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  exitWhenOrphaned(parentPid);
  volunteerForOutOfMemoryKill();

  const blobs = new Map<string, { bytes?: Uint8Array; value?: unknown }>();
  let running: { id: number; abort: AbortController } | undefined;

  async function run(message: ToWorker & { type: 'task' }): Promise<void> {
    const { id, kind } = message;
    const abort = new AbortController();
    running = { id, abort };
    const spans = new SpanRecorder();
    const context: TaskContext = {
      signal: abort.signal,
      async checkpoint() {
        // Two turns: the first may belong to the loop iteration that has already looked for messages.
        await nextTurn();
        await nextTurn();
        abort.signal.throwIfAborted();
      },
      progress: (value) => send({ type: 'progress', id, value }),
      span: (name, attributes, fn) => spans.span(name, attributes, fn),
      blob<T>(digest: string): T {
        const blob = message.blobs.includes(digest) ? blobs.get(digest) : undefined;
        if (!blob) throw new Error(`task "${kind}" does not name blob ${digest}`);
        if (blob.bytes) {
          blob.value = deserialize(blob.bytes);
          blob.bytes = undefined;
        }
        return blob.value as T;
      },
    };
    const end = () => ({ id, spans: spans.records, rssBytes: process.memoryUsage.rss() });
    try {
      const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined;
      if (!handler) throw new Error(`no handler for task "${kind}"; there is: ${Object.keys(handlers).join(', ')}`);
      const result = await handler(message.payload, context);
      running = undefined;
      send({ type: 'result', result, ...end() });
    } catch (thrown) {
      running = undefined;
      send({ type: 'error', error: errorRecord(thrown), ...end() });
    }
  }

  process.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'blobs':
        for (const digest of message.drop) blobs.delete(digest);
        for (const { digest, bytes } of message.put) blobs.set(digest, { bytes });
        break;
      case 'task':
        void run(message);
        break;
      case 'cancel':
        if (running?.id === message.id) running.abort.abort();
    }
  });
  send({ type: 'ready' });
}

/** A lost parent is not an error here: the process is about to end. A value that cannot be copied is one. */
function send(message: FromWorker): void {
  process.send?.(message, undefined, undefined, () => {});
}

/** Where memory runs out, Linux should kill a worker, which costs one task, and not the service. */
function volunteerForOutOfMemoryKill(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // A sandbox may forbid it; the workers then compete like any process.
  }
}
