import { ServiceError } from '@gradsign/contracts';
import { sampleBatch, type Batch } from '@gradsign/dataset';
import { toServiceError, type DataSources } from '@gradsign/requests';
import { LRUCache } from 'lru-cache';
import type { CompiledSettings } from './settings';

const MAX_BYTES = 512 * 1024 * 1024;

/** Draws mini-batches from data sets and keeps them, and those that were uploaded, for the requests that follow. */
export class Batches {
  private readonly drawn = bounded();
  private readonly uploaded = bounded();

  constructor(private readonly sources: DataSources) {}

  keep(batch: Batch): void {
    this.uploaded.set(batch.digest, batch);
  }

  /** The batch of a request; `size` is ignored for an uploaded one. @throws ServiceError. */
  get(settings: CompiledSettings, size: number): Batch {
    const { data, seed } = settings;
    if (data.kind === 'uploaded') {
      const batch = this.uploaded.get(data.digest);
      if (batch) return this.fitting(batch, data.name);
      throw new ServiceError(
        'NOT_FOUND',
        `settings.data.batch.digest: no batch ${data.digest} is kept here; upload it first`,
        { reason: 'BATCH_NOT_FOUND', metadata: { digest: data.digest } },
      );
    }
    const key = JSON.stringify([data.name, data.augmentation, String(seed), size]);
    const known = this.drawn.get(key);
    if (known) return known;
    const dataset = this.sources.open(data.name, 'settings.data.dataset');
    try {
      const batch = sampleBatch(dataset, { split: 'train', size, seed, augment: data.augmentation });
      this.drawn.set(key, batch);
      return batch;
    } catch (error) {
      throw toServiceError(error, 'settings.data');
    }
  }

  private fitting(batch: Batch, name: string): Batch {
    const info = this.sources.info(name, 'settings.data.batch.dataset');
    const [given, wanted] = [batch, info].map(
      ({ imageShape, classes }) => `${imageShape.join('×')}, ${classes} classes`,
    );
    if (given === wanted) return batch;
    const sentence = `the batch has images and labels of ${given}; ${name} has ${wanted}`;
    throw ServiceError.invalid('settings.data.batch', sentence);
  }
}

function bounded(): LRUCache<string, Batch> {
  return new LRUCache({ maxSize: MAX_BYTES, sizeCalculation: (batch) => batch.images.byteLength + 1024 });
}
