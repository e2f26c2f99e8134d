import { createHash } from 'node:crypto';
import type {
  OracleApi,
  ScorerApi,
  UploadBatchRequest,
  UploadModelRequest,
  UploadModelResponse,
} from '@gradsign/contracts';

const CHUNK_BYTES = 1024 * 1024;

/** Images [N, C, H, W] and labels [N]. */
export interface UploadableBatch {
  /** Channels, height, width. */
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  readonly size: number;
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** Uploads a batch in chunks; returns the digest that the server computed of it. */
export async function uploadBatch(
  scorer: Pick<ScorerApi, 'uploadBatch'>,
  batch: UploadableBatch,
  options?: { signal?: AbortSignal },
): Promise<string> {
  const { digest } = await scorer.uploadBatch(batchMessages(batch), options);
  return digest;
}

/** Uploads an ONNX file in chunks; returns its digest with what the server's checker found. */
export async function uploadModel(
  scorer: Pick<ScorerApi, 'uploadModel'>,
  bytes: Uint8Array,
  options?: { signal?: AbortSignal },
): Promise<UploadModelResponse> {
  return scorer.uploadModel(modelMessages(bytes), options);
}

/** Downloads the ONNX file of a training that succeeded. */
export async function downloadModel(
  oracle: Pick<OracleApi, 'downloadModel'>,
  training: string,
  options?: { signal?: AbortSignal },
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const { chunk } of oracle.downloadModel({ name: training }, options)) parts.push(chunk);
  return Buffer.concat(parts);
}

async function* batchMessages(batch: UploadableBatch): AsyncGenerator<UploadBatchRequest> {
  const { imageShape, classes, size, images, labels } = batch;
  const [channels, height, width] = imageShape;
  yield { part: { $case: 'header', value: { size, channels, height, width, classes } } };
  const wideLabels = BigInt64Array.from(labels, (label) => BigInt(label));
  for (const array of [images, wideLabels]) {
    for (const chunk of chunks(array)) yield { part: { $case: 'chunk', value: chunk } };
  }
}

async function* modelMessages(bytes: Uint8Array): AsyncGenerator<UploadModelRequest> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  yield { chunk: Buffer.alloc(0), sizeBytes: BigInt(bytes.byteLength), sha256 };
  for (const chunk of chunks(bytes)) yield { chunk };
}

/** Views of an array's bytes, in order. Typed arrays are little-endian wherever Node runs on. */
function* chunks({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): Generator<Buffer> {
  for (let at = 0; at < byteLength; at += CHUNK_BYTES) {
    yield Buffer.from(buffer as ArrayBuffer, byteOffset + at, Math.min(CHUNK_BYTES, byteLength - at));
  }
}
