import { Metadata, status, type ServiceError as GrpcError } from '@grpc/grpc-js';
import { Any } from './gen/google/protobuf/any';
import { BadRequest, ErrorInfo, RetryInfo } from './gen/google/rpc/error_details';
import { Status } from './gen/google/rpc/status';
import { errorCodeOf, ServiceError, type FieldViolation } from './errors';

const DETAILS_KEY = 'grpc-status-details-bin';
const DOMAIN = 'gradsign';
const TYPE_PREFIX = 'type.googleapis.com/google.rpc.';

/** A ServiceError as google.rpc.Status with BadRequest, ErrorInfo and RetryInfo details. */
export function toStatus(error: ServiceError): Status {
  const details: Any[] = [];
  if (error.violations.length > 0) {
    const fieldViolations = error.violations.map((v) => ({ ...v, reason: '', localizedMessage: undefined }));
    details.push(any('BadRequest', BadRequest.encode({ fieldViolations }).finish()));
  }
  if (error.reason !== undefined) {
    const info = ErrorInfo.encode({ reason: error.reason, domain: DOMAIN, metadata: { ...error.metadata } });
    details.push(any('ErrorInfo', info.finish()));
  }
  if (error.retryAfterMs !== undefined) {
    const retryDelay = {
      seconds: BigInt(Math.floor(error.retryAfterMs / 1000)),
      nanos: Math.round((error.retryAfterMs % 1000) * 1e6),
    };
    details.push(any('RetryInfo', RetryInfo.encode({ retryDelay }).finish()));
  }
  return { code: status[error.code], message: error.message, details };
}

/** The inverse of `toStatus`. Details of other types are ignored. */
export function fromStatus(value: Status): ServiceError {
  let violations: FieldViolation[] = [];
  let info: ErrorInfo | undefined;
  let retryAfterMs: number | undefined;
  for (const detail of value.details) {
    if (detail.typeUrl === `${TYPE_PREFIX}BadRequest`) {
      violations = BadRequest.decode(detail.value).fieldViolations.map(({ field, description }) => ({
        field,
        description,
      }));
    } else if (detail.typeUrl === `${TYPE_PREFIX}ErrorInfo`) {
      info = ErrorInfo.decode(detail.value);
    } else if (detail.typeUrl === `${TYPE_PREFIX}RetryInfo`) {
      const delay = RetryInfo.decode(detail.value).retryDelay;
      if (delay) retryAfterMs = Number(delay.seconds) * 1000 + delay.nanos / 1e6;
    }
  }
  return new ServiceError(errorCodeOf(value.code), value.message, {
    violations,
    reason: info?.reason,
    metadata: info?.metadata,
    retryAfterMs,
  });
}

/** What a gRPC server sends for an error: code, message, and the details in `grpc-status-details-bin`. */
export function toGrpcError(error: ServiceError): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(Status.encode(toStatus(error)).finish()));
  return { code: status[error.code], details: error.message, metadata };
}

/** A ServiceError from the error that a gRPC client got. */
export function fromGrpcError(error: GrpcError): ServiceError {
  const bytes = error.metadata?.get(DETAILS_KEY)[0];
  if (bytes !== undefined && typeof bytes !== 'string') {
    try {
      return fromStatus(Status.decode(bytes));
    } catch {
      // Details that cannot be read are no reason to hide the code and the message.
    }
  }
  return new ServiceError(errorCodeOf(error.code), error.details || error.message, { cause: error });
}

function any(name: string, value: Uint8Array): Any {
  return { typeUrl: TYPE_PREFIX + name, value: Buffer.from(value) };
}
