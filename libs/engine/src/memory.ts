/** Thrown when a computation would take more memory than it may. */
export class MemoryLimitError extends Error {
  override readonly name = 'MemoryLimitError';
}

/**
 * @param what the computation, for a sentence: "grad_norm on 128 images at once"
 * @param bytes that it takes, estimated
 * @throws MemoryLimitError
 */
export function checkMemory(what: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new MemoryLimitError(`${what} would take about ${mebibytes(bytes)}, must take at most ${mebibytes(limit)}`);
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024))} MiB`;
}
