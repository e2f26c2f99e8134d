import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError, type ErrorCode } from '@gradsign/contracts';

export interface RetryOptions {
  /** Attempts that may fail. Those that fail because the service is away do not count. */
  readonly maxAttempts: number;
  readonly signal: AbortSignal;
  /** Told of a service that is away, before the wait. */
  away(error: ServiceError): void;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 15_000;

/** Asking again would bring the same answer. */
const FINAL: readonly ErrorCode[] = [
  'INVALID_ARGUMENT',
  'FAILED_PRECONDITION',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
];

/**
 * Repeats work until it succeeds: without limit while the service is away, up to `maxAttempts` after other errors that
 * may pass, not at all after those that will not. Waits between attempts as the service asks for, or 0.1 s doubled up
 * to 15 s.
 * @param work gets the number of the attempt; a repetition because of absence is the same attempt
 * @throws ServiceError the last attempt's; what `signal` was aborted with.
 */
export async function withRetries<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { maxAttempts, signal, away } = options;
  for (let attempt = 1, failures = 0; ; failures++) {
    try {
      return await work(attempt);
    } catch (error) {
      signal.throwIfAborted();
      const failure = ServiceError.from(error);
      if (isAway(failure)) away(failure);
      else if (FINAL.includes(failure.code) || attempt >= maxAttempts) throw failure;
      else attempt++;
      await pause(failure.retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS), signal);
    }
  }
}

/** Whether the service is not there or full; a worker that this very work kills is no such thing. */
function isAway({ code, reason, retryAfterMs }: ServiceError): boolean {
  return (
    (code === 'UNAVAILABLE' && reason !== 'WORKER_CRASHED') ||
    (code === 'RESOURCE_EXHAUSTED' && retryAfterMs !== undefined)
  );
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
