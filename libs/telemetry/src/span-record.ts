import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, HrTime } from '@opentelemetry/api';
import { attributes as names } from './attributes';
import { tracer } from './spans';

/**
 * A finished span as plain data: how a process without an SDK (a compute worker) reports its spans to the process that
 * has one. Times are nanoseconds since the Unix epoch.
 */
export interface SpanRecord {
  /** Unique among the records of one report. */
  readonly id: string;
  /** The record that this one is a child of; absent for the outermost ones. */
  readonly parentId?: string;
  /** The process that recorded it. */
  readonly pid: number;
  readonly name: string;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly status: { readonly code: 'ok' | 'error'; readonly message?: string };
}

/**
 * Re-creates records as spans with their own times and the process id of their worker. The outermost ones become children of the span in `parent`, which
 * is the active context unless given. A record whose parent is not among the records counts as outermost.
 */
export function recordSpans(records: readonly SpanRecord[], parent: Context = context.active()): void {
  const ids = new Set(records.map((record) => record.id));
  const childrenOf = new Map<string | undefined, SpanRecord[]>();
  for (const record of records) {
    const key = record.parentId !== undefined && ids.has(record.parentId) ? record.parentId : undefined;
    childrenOf.set(key, [...(childrenOf.get(key) ?? []), record]);
  }
  const create = (record: SpanRecord, under: Context): void => {
    const { name, pid, status } = record;
    const attributes = { ...record.attributes, [names.WORKER_PID]: pid };
    const span = tracer('gradsign').startSpan(name, { attributes, startTime: hrTime(record.startTimeUnixNano) }, under);
    if (status.code === 'error') span.setStatus({ code: SpanStatusCode.ERROR, message: status.message });
    const inside = trace.setSpan(under, span);
    for (const child of childrenOf.get(record.id) ?? []) create(child, inside);
    span.end(hrTime(record.endTimeUnixNano));
  };
  for (const record of childrenOf.get(undefined) ?? []) create(record, parent);
}

function hrTime(unixNano: bigint): HrTime {
  return [Number(unixNano / 1_000_000_000n), Number(unixNano % 1_000_000_000n)];
}
