import { resolve } from 'node:path';
import { ServiceError } from '@gradsign/contracts';
import { DatasetError } from '@gradsign/dataset';
import { prepareImageFolder, type ImageFolder } from '@gradsign/datasets';
import type { DataSourcesOptions } from './data-sources';
import { checkDatasetName, readDatasetsFile } from './datasets-file';

/** What a process is told of the data sets that it may read. */
export interface DataRegistryOptions {
  /** Folders by name: of built-in data sets, and `folder:<name>` of images by class. Default: none. */
  readonly dataDirs?: ReadonlyMap<string, string>;
  /** Path of a JSON file with data sets of one's own, see {@link readDatasetsFile}. Default: none. */
  readonly datasetsFile?: string;
  /** Further folders of images, by name without `folder:`. Default: none. */
  readonly folders?: ReadonlyMap<string, ImageFolder>;
  /** Absolute path of the folder that decoded images are kept in. */
  readonly cacheDir: string;
  /** Processes that decode images. Default: one for each core. */
  readonly workers?: number;
  /** Hears how far the images of a folder are decoded; not where they are already. */
  readonly onProgress?: (dataset: string, done: number, total: number) => void;
  /** Hears why a folder of images cannot be used. A request for it is told the same. Default: nothing. */
  readonly onUnreadable?: (dataset: string, error: DatasetError) => void;
}

/**
 * The data sets of a process. Folders of images are decoded, each into a file that later starts find again.
 * @throws ServiceError INVALID_ARGUMENT for a file that breaks a rule of {@link readDatasetsFile}, and a name that is
 * given twice.
 */
export async function readDataRegistry(options: DataRegistryOptions): Promise<DataSourcesOptions> {
  const { dataDirs = new Map<string, string>(), datasetsFile, cacheDir, workers, onProgress, onUnreadable } = options;
  const listed = datasetsFile === undefined ? undefined : readDatasetsFile(datasetsFile);
  const inFlags = [...dataDirs].filter(([name]) => name.startsWith(FOLDER));
  const given = [
    ...inFlags.map(([name, path]): [string, ImageFolder] => [name.slice(FOLDER.length), { path: resolve(path) }]),
    ...(listed?.folders ?? []),
    ...(options.folders ?? []),
  ];
  const prepared = new Map<string, string | DatasetError>();
  for (const [name, folder] of given) {
    const dataset = `${FOLDER}${checkDatasetName(name, '--data-dirs')}`;
    if (prepared.has(name)) throw ServiceError.invalid('--datasets', `"${dataset}" is given twice`);
    const progress = onProgress && ((done: number, total: number) => onProgress(dataset, done, total));
    const outcome = await prepare(folder, { cacheDir, workers, onProgress: progress });
    prepared.set(name, outcome);
    if (outcome instanceof DatasetError) onUnreadable?.(dataset, outcome);
  }
  const builtin = new Map([...dataDirs].filter(([name]) => !name.startsWith(FOLDER)));
  return { dataDirs: builtin, npy: listed?.npy, folders: prepared };
}

const FOLDER = 'folder:';

async function prepare(...args: Parameters<typeof prepareImageFolder>): Promise<string | DatasetError> {
  try {
    return await prepareImageFolder(...args);
  } catch (error) {
    if (error instanceof DatasetError) return error;
    throw error;
  }
}
