import {
  BenchmarkNameError,
  TableFormatError,
  UnavailableError,
  UnknownArchitectureError,
  UnknownBenchmarkError,
} from '@gradsign/benchmarks';
import { ServiceError } from '@gradsign/contracts';
import { toServiceError } from '@gradsign/requests';

/** The ServiceError that an error of a benchmark table means. `field` names the architecture that was asked for. */
export function toTableError(error: unknown, field: string): ServiceError {
  if (error instanceof BenchmarkNameError) return ServiceError.invalid('benchmark', error.message);
  if (error instanceof UnknownBenchmarkError) {
    return new ServiceError('NOT_FOUND', `benchmark: ${error.message}`, {
      reason: 'UNKNOWN_BENCHMARK',
      metadata: { benchmark: error.benchmark },
    });
  }
  if (error instanceof UnknownArchitectureError) {
    return new ServiceError('NOT_FOUND', `${field}: ${error.message}`, {
      reason: 'UNKNOWN_ARCHITECTURE',
      metadata: { benchmark: error.benchmark, architecture: error.architecture },
    });
  }
  if (error instanceof UnavailableError) {
    return new ServiceError('FAILED_PRECONDITION', error.message, {
      reason: 'EVALUATION_UNAVAILABLE',
      metadata: { benchmark: error.benchmark },
    });
  }
  if (error instanceof TableFormatError) {
    // Without the path, which is the server's own business.
    const sentence = `the benchmark's table cannot be read: ${error.rule}`;
    return new ServiceError('DATA_LOSS', sentence, { reason: 'TABLE_UNREADABLE', cause: error });
  }
  return toServiceError(error, field);
}
