import type { SpanRecord } from '@gradsign/telemetry';
import type { ErrorRecord } from './task-error';

/** Messages from the pool to a worker. */
export type ToWorker =
  | {
      readonly type: 'blobs';
      /** Digests that the worker forgets before it keeps the new ones. */
      readonly drop: readonly string[];
      /** Values that the worker does not hold yet, serialised by node:v8. */
      readonly put: readonly { readonly digest: string; readonly bytes: Uint8Array }[];
    }
  | {
      readonly type: 'task';
      readonly id: number;
      readonly kind: string;
      readonly payload: unknown;
      /** Digests that the task may read. */
      readonly blobs: readonly string[];
    }
  | { readonly type: 'cancel'; readonly id: number };

/** Messages from a worker to the pool. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly id: number; readonly value: unknown }
  | (TaskEnd & { readonly type: 'result'; readonly result: unknown })
  | (TaskEnd & { readonly type: 'error'; readonly error: ErrorRecord });

interface TaskEnd {
  readonly id: number;
  readonly spans: readonly SpanRecord[];
  /** Memory of the worker process after the task. */
  readonly rssBytes: number;
}
