import { ServiceError } from '@gradsign/contracts';
import { toServiceError } from '@gradsign/requests';

/** Thrown for an invocation that cannot be carried out as it was written: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One line `CODE: sentence`, then one line for each field that breaks a rule. */
export function describeError(error: unknown): string {
  if (error instanceof UsageError) return `INVALID_ARGUMENT: ${error.message}`;
  const { code, message, violations, cause } = isSystemError(error)
    ? new ServiceError('FAILED_PRECONDITION', error.message)
    : toServiceError(error, 'command line');
  if (code === 'INTERNAL' && cause instanceof Error) return `INTERNAL: ${cause.stack ?? cause.message}`;
  if (violations.length <= 1) return `${code}: ${message}`;
  const lines = violations.map(({ field, description }) => `  ${field}: ${description}`);
  return [`${code}: ${violations.length} fields break a rule`, ...lines].join('\n');
}

/** A file that is not there, a full disk, a folder without permission: the message says which. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
