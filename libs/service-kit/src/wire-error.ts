import { ServiceError, toGrpcError } from '@gradsign/contracts';

/** What grpc-js sends in a call's trailers. */
export type WireError = ReturnType<typeof toGrpcError>;

/**
 * Some gRPC libraries refuse a call's trailers beyond 8 KiB, and with them the status that they carry. Message and
 * details stay well below, whatever the request made them say.
 */
const MAX_MESSAGE_LENGTH = 1000;
const MAX_VIOLATION_LENGTH = 500;
const MAX_VIOLATIONS_LENGTH = 3000;

/** The status of an error, shortened where it would not fit: the first violations are kept. */
export function toWireError(error: ServiceError): WireError {
  const violations = [];
  let length = 0;
  for (const { field, description } of error.violations) {
    const violation = {
      field: clip(field, MAX_VIOLATION_LENGTH),
      description: clip(description, MAX_VIOLATION_LENGTH),
    };
    length += violation.field.length + violation.description.length;
    if (length > MAX_VIOLATIONS_LENGTH) break;
    violations.push(violation);
  }
  const { reason, metadata, retryAfterMs } = error;
  const message = clip(error.message, MAX_MESSAGE_LENGTH);
  return toGrpcError(new ServiceError(error.code, message, { violations, reason, metadata, retryAfterMs }));
}

/** At most `length` characters, without the half characters that percent-encoding the message fails on. */
function clip(text: string, length: number): string {
  const short = text.length > length ? `${text.slice(0, length - 1)}…` : text;
  return short.replace(/\p{Surrogate}/gu, '\ufffd');
}
