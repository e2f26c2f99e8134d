import { ServiceError, type BatchHeader, type UploadBatchRequest } from '@gradsign/contracts';
import { batchOf, type Batch } from '@gradsign/dataset';
import { toServiceError } from '@gradsign/requests';
import { LIMITS } from './settings';

const MAX_BYTES = 256 * 1024 * 1024;

/** Assembles and checks the batch of a stream of parts. @throws ServiceError INVALID_ARGUMENT. */
export async function receiveBatch(parts: AsyncIterable<UploadBatchRequest>): Promise<Batch> {
  let header: BatchHeader | undefined;
  let bytes = Buffer.alloc(0);
  let filled = 0;
  for await (const { part } of parts) {
    if (part?.$case === 'header') {
      if (header) throw ServiceError.invalid('header', 'a second header came; only the first message is one');
      header = part.value;
      bytes = Buffer.alloc(checkHeader(header));
    } else if (part?.$case === 'chunk') {
      if (!header) throw ServiceError.invalid('header', 'the first message must be the header');
      if (filled + part.value.length > bytes.length) {
        throw ServiceError.invalid('chunk', `more than the ${bytes.length} bytes that the header announces came`);
      }
      filled += Buffer.from(part.value).copy(bytes, filled);
    }
  }
  if (!header) throw ServiceError.invalid('header', 'the stream ended without a header');
  if (filled !== bytes.length) {
    throw ServiceError.invalid('chunk', `${filled} bytes came; the header announces ${bytes.length}`);
  }
  return decode(header, bytes);
}

function checkHeader(header: BatchHeader): number {
  for (const [name, max] of [
    ['size', LIMITS.batchSize],
    ['channels', 64],
    ['height', 1024],
    ['width', 1024],
    ['classes', 100_000],
  ] as const) {
    const value = header[name];
    if (value < 1 || value > max)
      throw ServiceError.invalid(`header.${name}`, `${value} is outside the range 1 to ${max}`);
  }
  const total = header.size * (header.channels * header.height * header.width * 4 + 8);
  if (total > MAX_BYTES) throw ServiceError.invalid('header', `the batch has ${total} bytes; ${MAX_BYTES} are allowed`);
  return total;
}

function decode(header: BatchHeader, bytes: Buffer): Batch {
  const { size, channels, height, width, classes } = header;
  const values = size * channels * height * width;
  // The buffer may be part of a larger one at any offset; copies are aligned.
  const images = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + values * 4));
  const labels = Array.from({ length: size }, (_, i) => bytes.readBigInt64LE(values * 4 + i * 8));
  try {
    return batchOf({ name: 'uploaded', imageShape: [channels, height, width], classes }, images, labels);
  } catch (error) {
    throw toServiceError(error, 'chunk');
  }
}
