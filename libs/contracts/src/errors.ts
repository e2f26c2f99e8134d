/**
 * The gRPC status codes in the order of their numbers, 1 to 16. Own names, so that this file loads without grpc-js:
 * what starts a process has to throw these errors before telemetry may patch that module.
 */
const CODES = [
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** A gRPC status code by name, without OK. */
export type ErrorCode = (typeof CODES)[number];

/** One field that breaks a rule. */
export interface FieldViolation {
  /** Path of the field in the request, as in `settings.proxies[0].id`. */
  readonly field: string;
  /** One sentence with the value and the rule. */
  readonly description: string;
}

/** What a ServiceError carries besides code and message. */
export interface ServiceErrorOptions {
  readonly violations?: readonly FieldViolation[];
  /** Machine-readable reason in UPPER_SNAKE_CASE (google.rpc.ErrorInfo). */
  readonly reason?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** When a retry may succeed (google.rpc.RetryInfo). */
  readonly retryAfterMs?: number;
  /** Logged, never sent. */
  readonly cause?: unknown;
}

/** The one error that crosses service boundaries: a code, a sentence, and typed details. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly violations: readonly FieldViolation[];
  readonly reason?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs?: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ServiceErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.violations = options.violations ?? [];
    this.reason = options.reason;
    this.metadata = options.metadata ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }

  /** INVALID_ARGUMENT for one field. */
  static invalid(field: string, description: string): ServiceError {
    return ServiceError.invalidFields([{ field, description }]);
  }

  /** INVALID_ARGUMENT for every violation at once; the message is the sentences, joined. */
  static invalidFields(violations: readonly FieldViolation[]): ServiceError {
    const message = violations.map((v) => `${v.field}: ${v.description}`).join('; ');
    return new ServiceError('INVALID_ARGUMENT', message, { violations });
  }

  /** Turns anything thrown into a ServiceError; what is not one becomes INTERNAL, its text kept as the cause only. */
  static from(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    if (error instanceof Error && error.name === 'AbortError') {
      return new ServiceError('CANCELLED', 'the call was cancelled', { cause: error });
    }
    return new ServiceError('INTERNAL', 'internal error; the server log has the cause', { cause: error });
  }
}

/** Name of a numeric gRPC status code; UNKNOWN for numbers that are none. */
export function errorCodeOf(code: number): ErrorCode {
  return CODES[code - 1] ?? 'UNKNOWN';
}
