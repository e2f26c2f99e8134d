import type { OracleApi, ScorerApi, UploadBatchRequest } from '@gradsign/contracts';

const CHUNK_BYTES = 1024 * 1024;

/** Images [N, C, H, W] and labels. */
export interface UploadableBatch {
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  readonly size: number;
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** Uploads a batch in chunks; returns its digest. */
export async function uploadBatch(scorer: ScorerApi, batch: UploadableBatch): Promise<string> {
  const { digest } = await scorer.uploadBatch(parts(batch));
  return digest;
}

async function* parts({
  imageShape,
  classes,
  size,
  images,
  labels,
}: UploadableBatch): AsyncGenerator<UploadBatchRequest> {
  const [channels, height, width] = imageShape;
  yield { part: { $case: 'header', value: { size, channels, height, width, classes } } };
  const wide = BigInt64Array.from(labels, (label) => BigInt(label));
  for (const { buffer, byteOffset, byteLength } of [images, wide]) {
    for (let at = 0; at < byteLength; at += CHUNK_BYTES) {
      const chunk = Buffer.from(buffer, byteOffset + at, Math.min(CHUNK_BYTES, byteLength - at));
      yield { part: { $case: 'chunk', value: chunk } };
    }
  }
}

/** Downloads the ONNX file of a training that succeeded. */
export async function downloadModel(oracle: OracleApi, training: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const { chunk } of oracle.downloadModel({ name: training })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
