import { gunzipSync } from 'node:zlib';
import { DatasetError } from '@gradsign/dataset';

/** An array of unsigned bytes from an IDX file. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 8;

/**
 * Reads an IDX file of unsigned bytes, plain or compressed by gzip: two zero bytes, the element type, the rank, one
 * big-endian uint32 an extent, and the elements.
 * @param rank the rank that is expected
 * @param file what to call the file in errors
 * @throws DatasetError when it is not such a file, or does not have the length that its header says.
 */
export function readIdx(content: Uint8Array, rank: number, file: string): IdxArray {
  const fail = (rule: string): never => {
    throw new DatasetError('file', file, rule);
  };
  const bytes = decompressed(content, fail);
  const headerBytes = 4 + 4 * rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < headerBytes) fail(`has ${bytes.length} bytes, an IDX header of rank ${rank} has ${headerBytes}`);
  const magic = view.getUint32(0);
  if (magic !== (UNSIGNED_BYTE << 8) + rank) {
    fail(
      `starts with 0x${magic.toString(16).padStart(8, '0')}, an IDX file of bytes of rank ${rank} with 0x0000080${rank}`,
    );
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = headerBytes + shape.reduce((a, b) => a * b, 1);
  if (bytes.length !== expected) fail(`has ${bytes.length} bytes, its shape [${shape.join()}] needs ${expected}`);
  return { shape, data: bytes.subarray(headerBytes) };
}

function decompressed(content: Uint8Array, fail: (rule: string) => never): Uint8Array {
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content;
  try {
    return gunzipSync(content);
  } catch (error) {
    return fail(`cannot be decompressed (${(error as Error).message})`);
  }
}
