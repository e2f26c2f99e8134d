import { NotDifferentiableError } from '@gradsign/autodiff';
import {
  PoolBusyError,
  PoolClosedError,
  TaskCancelledError,
  TaskError,
  TaskTimeoutError,
  WorkerCrashError,
} from '@gradsign/compute-pool';
import { ServiceError } from '@gradsign/contracts';
import { DatasetError } from '@gradsign/dataset';
import { NpyError } from '@gradsign/datasets';
import { MemoryLimitError, UnsupportedOperatorError } from '@gradsign/engine';
import { ModelError } from '@gradsign/models';
import { NetworkError } from '@gradsign/network';
import { ArchitectureSyntaxError, NetworkOptionError } from '@gradsign/search-spaces';

/** Errors of the core by name: they lose their class, not their name, on the way out of a worker process. */
const byName: Readonly<Record<string, (message: string, field: string) => ServiceError>> = {
  [ArchitectureSyntaxError.name]: (message, field) => ServiceError.invalid(field, message),
  [NetworkOptionError.name]: (message, field) => ServiceError.invalid(field, message),
  [DatasetError.name]: (message, field) =>
    // The server's own files are not the caller's fault.
    /^(file|dataDir|folder) /.test(message)
      ? new ServiceError('FAILED_PRECONDITION', `${field}: ${message}`, { reason: 'DATASET_UNREADABLE' })
      : ServiceError.invalid(field, message),
  [NpyError.name]: (message, field) => ServiceError.invalid(field, message),
  [NetworkError.name]: (message) => new ServiceError('FAILED_PRECONDITION', message, { reason: 'NETWORK_UNSUITABLE' }),
  [ModelError.name]: (message, field) =>
    new ServiceError('FAILED_PRECONDITION', `${field}: ${message}`, { reason: 'MODEL_UNSUITABLE' }),
  [MemoryLimitError.name]: (message) => new ServiceError('RESOURCE_EXHAUSTED', message, { reason: 'MEMORY_LIMIT' }),
  [NotDifferentiableError.name]: (message) =>
    new ServiceError('FAILED_PRECONDITION', message, { reason: 'OPERATOR_UNSUPPORTED' }),
  [UnsupportedOperatorError.name]: (message) =>
    new ServiceError('FAILED_PRECONDITION', message, { reason: 'OPERATOR_UNSUPPORTED' }),
};

/**
 * The ServiceError that a domain error means to a caller. `field` names the request's field to blame where the error
 * does not know it. What is not known becomes INTERNAL.
 */
export function toServiceError(error: unknown, field: string): ServiceError {
  if (error instanceof ServiceError || !(error instanceof Error)) return ServiceError.from(error);
  if (error instanceof PoolBusyError) {
    return new ServiceError('RESOURCE_EXHAUSTED', error.message, {
      reason: 'QUEUE_FULL',
      retryAfterMs: error.retryAfterMs,
      cause: error,
    });
  }
  if (error instanceof TaskTimeoutError) {
    return new ServiceError('DEADLINE_EXCEEDED', error.message, { reason: 'TASK_TIMEOUT', cause: error });
  }
  if (error instanceof WorkerCrashError) {
    return new ServiceError('UNAVAILABLE', error.message, { reason: 'WORKER_CRASHED', cause: error });
  }
  if (error instanceof PoolClosedError) {
    return new ServiceError('UNAVAILABLE', 'the server is stopping', { reason: 'STOPPING', cause: error });
  }
  if (error instanceof TaskCancelledError) {
    return new ServiceError('CANCELLED', 'the call was cancelled', { cause: error });
  }
  const name = error instanceof TaskError ? error.errorName : error.name;
  const known = byName[name];
  return known ? known(error.message, field) : ServiceError.from(error);
}
