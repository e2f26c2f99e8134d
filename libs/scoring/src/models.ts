import { TaskError, type ComputePool } from '@gradsign/compute-pool';
import { ServiceError, type CallOptions, type UploadModelRequest, type UploadModelResponse } from '@gradsign/contracts';
import { MODEL_LIMITS, ModelError } from '@gradsign/models';
import { toServiceError } from '@gradsign/requests';
import { LRUCache } from 'lru-cache';
import { ModelUploads, type UploadedFile } from './model-upload';
import type { CheckTask } from './task';

const MAX_BYTES = 4 * MODEL_LIMITS.bytes;
const CHECK_LIMIT_MS = 120_000;

/** The models that were uploaded, checked in a worker, and are kept for the requests that follow. */
export class Models {
  private readonly uploads = new ModelUploads();
  private readonly kept = new LRUCache<string, UploadedFile>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => bytes.byteLength,
  });

  constructor(private readonly pool: ComputePool) {}

  /** @throws ServiceError INVALID_ARGUMENT for a file that is not whole, and one that is no model. */
  async upload(parts: AsyncIterable<UploadModelRequest>, options: CallOptions): Promise<UploadModelResponse> {
    const file = await this.uploads.receive(parts);
    const { digest, bytes } = file;
    this.pool.putBlob(digest, bytes);
    const remarks = await this.check(digest, options.signal);
    this.kept.set(digest, file);
    return { digest, sizeBytes: BigInt(bytes.byteLength), remarks };
  }

  /** Makes a model's bytes known to the workers. @throws ServiceError NOT_FOUND. */
  share(digest: string): void {
    const file = this.kept.get(digest);
    if (!file) {
      throw new ServiceError('NOT_FOUND', `model.digest: no model ${digest} is kept here; upload it first`, {
        reason: 'MODEL_NOT_FOUND',
        metadata: { digest },
      });
    }
    this.pool.putBlob(digest, file.bytes);
  }

  private async check(digest: string, signal?: AbortSignal): Promise<string[]> {
    const payload: CheckTask = { digest };
    try {
      const deadline = Date.now() + CHECK_LIMIT_MS;
      const { result } = await this.pool.run<string[]>(
        { kind: 'check', payload, blobs: [digest] },
        { signal, deadline },
      );
      return result;
    } catch (error) {
      if (error instanceof TaskError && error.errorName === ModelError.name) {
        throw ServiceError.invalid('chunk', error.message);
      }
      throw toServiceError(error, 'chunk');
    }
  }
}
