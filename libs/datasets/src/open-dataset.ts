import { DatasetError, type Dataset, type DatasetInfo } from '@gradsign/dataset';
import { openCifar10, openCifar100 } from './cifar';
import { openFolderDataset } from './folder/folder-dataset';
import { cifar10, cifar100, imagenet16, mnist } from './facts';
import { openMnist } from './mnist';
import { noiseDataset, noiseInfo } from './noise';
import { openNpyDataset, type NpyFiles } from './npy-dataset';

const INFOS: ReadonlyMap<string, DatasetInfo> = new Map(
  [cifar10, cifar100, imagenet16, mnist].map((info) => [info.name, info]),
);

/** The names with fixed facts: data sets, and noise in the shape of each of them. */
export const DATASET_NAMES: readonly string[] = [...INFOS.keys(), ...[...INFOS.keys()].map((name) => `noise:${name}`)];

/** Where `openDataset` finds images. */
export interface OpenDatasetOptions {
  /** Folder of the images; needed for CIFAR. MNIST comes with the product and is read from here only if asked. */
  readonly dataDir?: string;
  /** The data sets behind `npy:<name>`, by name. Default: none. */
  readonly npy?: ReadonlyMap<string, NpyFiles>;
  /** The files behind `folder:<name>`, by name, from `prepareImageFolder`. Default: none. */
  readonly folders?: ReadonlyMap<string, string>;
}

/**
 * Shape, classes and normalisation of a name in {@link DATASET_NAMES}.
 * @throws DatasetError listing the known names. The facts of a user's own data sets are in their files: open them.
 */
export function datasetInfo(name: string): DatasetInfo {
  const info = INFOS.get(name);
  if (info !== undefined) return info;
  const drawn = lookUp(INFOS, 'noise:', name);
  if (drawn !== undefined) return noiseInfo(drawn);
  throw unknown(name, DATASET_NAMES);
}

/**
 * The data set of a name in {@link DATASET_NAMES}, or `npy:<name>` or `folder:<name>` of the given registries.
 * @throws DatasetError for an unknown name, a data folder that is absent or needless, and files that are not what
 * they should be.
 */
export function openDataset(
  name: string,
  { dataDir, npy = new Map(), folders = new Map() }: OpenDatasetOptions = {},
): Dataset {
  const drawn = lookUp(INFOS, 'noise:', name);
  const files = lookUp(npy, 'npy:', name);
  const folder = lookUp(folders, 'folder:', name);
  if ((drawn ?? files ?? folder) !== undefined && dataDir !== undefined) {
    throw new DatasetError('dataDir', dataDir, `${name} takes no data folder`);
  }
  if (drawn !== undefined) return noiseDataset(drawn);
  if (files !== undefined) return openNpyDataset(name, files);
  if (folder !== undefined) return openFolderDataset(name, folder);
  switch (name) {
    case 'cifar10':
      return openCifar10(required(dataDir, name));
    case 'cifar100':
      return openCifar100(required(dataDir, name));
    case 'mnist':
      return openMnist(dataDir);
    case 'imagenet16-120':
      throw new DatasetError('dataset', name, 'its images are given as arrays (npy), or as noise:imagenet16-120');
    default:
      throw unknown(name, [...DATASET_NAMES, ...registered('npy', npy), ...registered('folder', folders)]);
  }
}

/** The entry that `name` = `prefix` + key means. */
function lookUp<T>(entries: ReadonlyMap<string, T>, prefix: string, name: string): T | undefined {
  return name.startsWith(prefix) ? entries.get(name.slice(prefix.length)) : undefined;
}

function registered(kind: string, entries: ReadonlyMap<string, unknown>): string[] {
  return [...entries.keys()].map((name) => `${kind}:${name}`);
}

function required(dataDir: string | undefined, name: string): string {
  if (dataDir === undefined) throw new DatasetError('dataDir', dataDir, `${name} needs the folder of its binary files`);
  return dataDir;
}

function unknown(name: string, known: readonly string[]): DatasetError {
  return new DatasetError('dataset', name, `is not a data set; known: ${known.join(', ')}`);
}
