import { ServiceError, type ErrorCode } from '@gradsign/contracts';
import { toServiceError } from '@gradsign/requests';

/** Thrown for an invocation that cannot be carried out as it was written: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Whether the invocation is to blame: an option or argument that breaks a rule. */
export function isUsageError(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  return error instanceof ServiceError && error.violations.some(({ field }) => field.startsWith('--'));
}

/** Errors of importing by name; the rest of the product has ServiceErrors. */
const IMPORT_ERRORS: Readonly<Record<string, ErrorCode>> = {
  BenchmarkNameError: 'INVALID_ARGUMENT',
  MappingError: 'INVALID_ARGUMENT',
  ImportError: 'INVALID_ARGUMENT',
  BenchmarkExistsError: 'ALREADY_EXISTS',
};

/** The field of errors that know none. */
const COMMAND_LINE = 'command line';

/** One line `CODE: sentence`, then one line for each field that breaks a rule. */
export function describeError(error: unknown): string {
  if (error instanceof UsageError) return `INVALID_ARGUMENT: ${error.message}`;
  const { code, message, violations, cause, reason } = isSystemError(error)
    ? new ServiceError('FAILED_PRECONDITION', error.message)
    : (importError(error) ?? toServiceError(error, COMMAND_LINE));
  if (code === 'INTERNAL' && cause instanceof Error) return `INTERNAL: ${cause.stack ?? cause.message}`;
  if (reason === 'NO_SERVER')
    return `${code}: ${message}; \`gradsign serve\` starts the services, --local does without`;
  if (violations.length <= 1) return `${code}: ${message.replace(`${COMMAND_LINE}: `, '')}`;
  const lines = violations.map(({ field, description }) => `  ${field}: ${description}`);
  return [`${code}: ${violations.length} fields break a rule`, ...lines].join('\n');
}

function importError(error: unknown): ServiceError | undefined {
  const code = error instanceof Error && IMPORT_ERRORS[error.name];
  return code ? new ServiceError(code, error.message) : undefined;
}

/** A file that is not there, a full disk, a folder without permission: the message says which. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
