import { inspect } from 'node:util';
import type { SpanRecord } from '@gradsign/telemetry';

/** What a worker sends of an error that its task threw. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  /** The error's own further fields, as far as JSON can carry them. */
  readonly details: Readonly<Record<string, unknown>>;
  /** The error with its stack and causes, as text for logs. */
  readonly stack: string;
}

/** Thrown when a task threw in its worker. `message` is the original one. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  /** Name of the error that was thrown, e.g. `UnsupportedOperatorError`. */
  readonly errorName: string;
  readonly code?: string | number;
  readonly details: Readonly<Record<string, unknown>>;
  /** The original error with its stack and causes: for logs, never for clients. */
  readonly remoteStack: string;

  constructor(
    readonly kind: string,
    record: ErrorRecord,
    readonly worker: { readonly pid: number },
    /** What the task had recorded when it threw. */
    readonly spans: readonly SpanRecord[],
  ) {
    super(record.message);
    this.errorName = record.name;
    this.code = record.code;
    this.details = record.details;
    this.remoteStack = record.stack;
  }
}

/** Anything thrown, as data that crosses a process boundary. */
export function errorRecord(thrown: unknown): ErrorRecord {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: String(thrown), details: {}, stack: inspect(thrown) };
  }
  const {
    name: _name,
    message: _message,
    stack: _stack,
    cause: _cause,
    code,
    ...fields
  } = thrown as unknown as Record<string, unknown>;
  const details = Object.entries(fields).flatMap(([key, value]) => {
    const plain = jsonValue(value);
    return plain === undefined ? [] : [[key, plain] as const];
  });
  return {
    name: thrown.name,
    message: thrown.message,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    details: Object.fromEntries(details),
    stack: inspect(thrown),
  };
}

/** The value as JSON has it, or undefined for what JSON cannot express: functions, bigints, cycles. */
function jsonValue(value: unknown): unknown {
  try {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
