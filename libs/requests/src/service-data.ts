import { resolve } from 'node:path';
import { readDataRegistry } from './data-registry';
import type { DataSourcesOptions } from './data-sources';

/** What a service's configuration says of images. */
export interface ServiceDataConfig {
  /** The service's state folder; decoded images are in its `images`. */
  readonly home: string;
  readonly dataDirs: ReadonlyMap<string, string>;
  /** Path of a file for `readDatasetsFile`. */
  readonly datasets?: string;
}

interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** The data sets of a service; one that cannot be used is logged, and the service goes on without it. */
export function readServiceData(
  { home, dataDirs, datasets }: ServiceDataConfig,
  logger: Logger,
): Promise<DataSourcesOptions> {
  return readDataRegistry({
    dataDirs,
    datasetsFile: datasets,
    cacheDir: resolve(home, 'images'),
    // Two steps an image.
    onProgress: (dataset, done, total) =>
      done === total && logger.info({ dataset, images: total / 2 }, 'images decoded'),
    onUnreadable: (dataset, err) => logger.warn({ dataset, err }, 'images cannot be used'),
  });
}
