import { ServiceError } from '@gradsign/contracts';

/** Thrown for an invocation that cannot be carried out as it was written: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One line `CODE: sentence`, then one line for each field that breaks a rule. */
export function describeError(error: unknown): string {
  if (error instanceof UsageError) return `INVALID_ARGUMENT: ${error.message}`;
  const { code, message, violations, cause } = ServiceError.from(error);
  if (code === 'INTERNAL' && cause instanceof Error) return `INTERNAL: ${cause.stack ?? cause.message}`;
  if (violations.length <= 1) return `${code}: ${message}`;
  const lines = violations.map(({ field, description }) => `  ${field}: ${description}`);
  return [`${code}: ${violations.length} fields break a rule`, ...lines].join('\n');
}
