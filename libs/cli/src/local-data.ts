import { join, resolve } from 'node:path';
import type { ImageFolder } from '@gradsign/datasets';
import { readDataRegistry, type DataSourcesOptions } from '@gradsign/requests';
import { UsageError } from './errors';
import type { ConnectionOptions, ImageOptions } from './options';
import { createProgress } from './progress';

/** Options that say which images there are. */
export type DataOptions = Pick<ConnectionOptions, 'local' | 'dataDir' | 'datasets' | 'workers'> & ImageOptions;

const FOLDER = 'folder:';

/** Whether the images of a data set are those in `--data-dir`, so that options say what they are brought to. */
export function isOwnFolder(dataset: string | undefined, { local, dataDir }: DataOptions): boolean {
  return local === true && dataDir !== undefined && dataset?.startsWith(FOLDER) === true;
}

/**
 * The data sets that a `--local` invocation may read: those of `--datasets`, and the one that `--data-dir` belongs to.
 * Folders of images are decoded, with a progress bar, unless an earlier invocation has done it.
 * @throws DatasetError for a folder that cannot be used.
 */
export async function localData(
  home: string,
  options: DataOptions,
  dataset: string | undefined,
): Promise<DataSourcesOptions> {
  const { dataDir, datasets, workers, imageSize, imageChannels } = options;
  const own = isOwnFolder(dataset, options);
  if (dataset?.startsWith(FOLDER) && dataDir === undefined && datasets === undefined) {
    throw new UsageError(`${dataset} needs --data-dir with the folder of its images, or --datasets`);
  }
  if (imageChannels !== undefined && !own) throw new UsageError(`--image-channels ${ONLY}`);
  const name = dataset?.slice(FOLDER.length) ?? '';
  const folder: ImageFolder = { path: resolve(dataDir ?? ''), imageSize, channels: imageChannels };
  const progress = createProgress('reading images', 1);
  try {
    return await readDataRegistry({
      dataDirs: new Map(!own && dataset !== undefined && dataDir !== undefined ? [[dataset, dataDir]] : []),
      datasetsFile: datasets,
      folders: new Map(own ? [[name, folder]] : []),
      cacheDir: join(home, 'images'),
      workers,
      onProgress: (_, done, total) => progress.update(done, total),
      onUnreadable: (_, error) => {
        throw error;
      },
    });
  } finally {
    progress.stop();
  }
}

/** What options of images are for. */
const ONLY = 'is for --local with a folder:NAME whose images are in --data-dir';

/** @throws UsageError for `--image-size` of a data set whose images have one already. */
export function checkImageSize(dataset: string | undefined, options: DataOptions): void {
  if (options.imageSize !== undefined && !isOwnFolder(dataset, options)) throw new UsageError(`--image-size ${ONLY}`);
}
