import { createHash } from 'node:crypto';
import { ServiceError, type UploadModelRequest } from '@gradsign/contracts';
import { MODEL_LIMITS } from '@gradsign/models';

/** A file as it came. */
export interface UploadedFile {
  /** Lower-case hex SHA-256. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** Bytes of files that may be on their way at once. */
const MAX_PENDING = 2 * MODEL_LIMITS.bytes;

/** Takes in ONNX files, whole ones only, in bounded memory. */
export class ModelUploads {
  private pending = 0;

  /**
   * The file of a stream of parts, which has the size and digest that the first one says.
   * @throws ServiceError INVALID_ARGUMENT; RESOURCE_EXHAUSTED while too much is on its way.
   */
  async receive(parts: AsyncIterable<UploadModelRequest>): Promise<UploadedFile> {
    let reserved = 0;
    try {
      let announced: { size: number; sha256: string } | undefined;
      const chunks: Uint8Array[] = [];
      let filled = 0;
      for await (const part of parts) {
        if (!announced) {
          announced = header(part);
          reserved = this.reserve(announced.size);
        } else if (part.sizeBytes !== undefined || part.sha256 !== undefined) {
          throw ServiceError.invalid(
            'size_bytes',
            'size and digest came a second time; only the first message has them',
          );
        }
        filled += part.chunk.length;
        if (filled > announced.size) {
          throw ServiceError.invalid(
            'chunk',
            `more than the ${announced.size} bytes that the first message announces came`,
          );
        }
        chunks.push(part.chunk);
      }
      if (!announced) throw ServiceError.invalid('size_bytes', 'the stream ended without a message');
      if (filled < announced.size) {
        throw ServiceError.invalid('chunk', `${filled} bytes came; the first message announces ${announced.size}`);
      }
      const bytes = Buffer.concat(chunks);
      const digest = createHash('sha256').update(bytes).digest('hex');
      if (digest !== announced.sha256) {
        throw ServiceError.invalid(
          'sha256',
          `the bytes that came have ${digest}; the first message announces ${announced.sha256}`,
        );
      }
      return { digest, bytes };
    } finally {
      this.pending -= reserved;
    }
  }

  private reserve(bytes: number): number {
    if (this.pending + bytes > MAX_PENDING) {
      const sentence = `models of ${this.pending} bytes are on their way already; ${MAX_PENDING} are allowed at once`;
      throw new ServiceError('RESOURCE_EXHAUSTED', sentence, { reason: 'UPLOADS_FULL', retryAfterMs: 5_000 });
    }
    this.pending += bytes;
    return bytes;
  }
}

function header({ sizeBytes, sha256 }: UploadModelRequest): { size: number; sha256: string } {
  if (sizeBytes === undefined)
    throw ServiceError.invalid('size_bytes', 'the first message must have the size of the file');
  if (sizeBytes < 1n || sizeBytes > MODEL_LIMITS.bytes) {
    throw ServiceError.invalid('size_bytes', `${sizeBytes} is outside the range 1 to ${MODEL_LIMITS.bytes}`);
  }
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw ServiceError.invalid(
      'sha256',
      `"${sha256 ?? ''}" is not a lower-case hex SHA-256; the first message must have the file’s`,
    );
  }
  return { size: Number(sizeBytes), sha256 };
}
