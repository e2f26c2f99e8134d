import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError, type ErrorCode } from '@gradsign/contracts';
import { withRetries } from './retries';

jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn(() => Promise.resolve()) }));
const waits = () => jest.mocked(delay).mock.calls.map(([milliseconds]) => milliseconds);
beforeEach(() => jest.mocked(delay).mockClear());

/** Work that throws these errors, one after the other, and then succeeds. */
function run(errors: readonly ServiceError[], maxAttempts = 3, signal = new AbortController().signal) {
  const attempts: number[] = [];
  const away: string[] = [];
  const result = withRetries(
    async (attempt) => {
      attempts.push(attempt);
      const error = errors.at(attempts.length - 1);
      if (error) throw error;
      return 'done';
    },
    { maxAttempts, signal, away: ({ message }) => away.push(message) },
  );
  return { result, attempts, away };
}

const error = (code: ErrorCode, retryAfterMs?: number, reason?: string) =>
  new ServiceError(code, code.toLowerCase(), { retryAfterMs, reason });

test('absence is waited out, longer each time up to 15 s, and is no attempt', async () => {
  const { result, attempts, away } = run(new Array<ServiceError>(10).fill(error('UNAVAILABLE')), 1);
  expect(await result).toBe('done');
  expect(attempts).toEqual(new Array(11).fill(1));
  expect(away).toEqual(new Array(10).fill('unavailable'));
  expect(waits()).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000]);
});

test('a service that says when to come back is believed', async () => {
  const { result, attempts } = run([error('UNAVAILABLE', 7), error('RESOURCE_EXHAUSTED', 20_000)], 1);
  expect(await result).toBe('done');
  expect(attempts).toEqual([1, 1, 1]);
  expect(waits()).toEqual([7, 20_000]);
});

test.each([
  error('INTERNAL'),
  error('DEADLINE_EXCEEDED', 5),
  // It does not fit, now or later.
  error('RESOURCE_EXHAUSTED'),
  error('UNAVAILABLE', undefined, 'WORKER_CRASHED'),
])('$code $reason counts as an attempt', async (failure) => {
  const { result, attempts, away } = run([failure, failure, failure]);
  await expect(result).rejects.toBe(failure);
  expect(attempts).toEqual([1, 2, 3]);
  expect(away).toEqual([]);
  expect(await run([failure, failure]).result).toBe('done');
});

test.each(['INVALID_ARGUMENT', 'FAILED_PRECONDITION', 'NOT_FOUND', 'UNIMPLEMENTED', 'PERMISSION_DENIED'] as const)(
  '%s is final',
  async (code) => {
    const { result, attempts } = run([error(code)]);
    await expect(result).rejects.toMatchObject({ code });
    expect(attempts).toEqual([1]);
  },
);

test('an abort ends it with its reason', async () => {
  const abort = new AbortController();
  const reason = error('CANCELLED');
  abort.abort(reason);
  const { result, attempts } = run([error('UNAVAILABLE')], 3, abort.signal);
  await expect(result).rejects.toBe(reason);
  expect(attempts).toEqual([1]);
});
