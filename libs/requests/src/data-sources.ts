import { ServiceError } from '@gradsign/contracts';
import { DatasetError, type Dataset, type DatasetInfo } from '@gradsign/dataset';
import { DATASET_NAMES, datasetInfo, openDataset, type NpyFiles } from '@gradsign/datasets';

/** The data sets that a process may read. Requests name them; only configuration says where they are. */
export interface DataSourcesOptions {
  /** Folder of each built-in data set's images, by name. MNIST needs none. */
  readonly dataDirs?: ReadonlyMap<string, string>;
  /** The data sets behind `npy:<name>`. */
  readonly npy?: ReadonlyMap<string, NpyFiles>;
  /** The data sets behind `folder:<name>`: files of `prepareImageFolder`, or why there is none. */
  readonly folders?: ReadonlyMap<string, string | DatasetError>;
}

/** The facts of a data set, with the digest of a user's own. */
export type DatasetFacts = DatasetInfo & Pick<Dataset, 'digest'>;

const UNREADABLE = 'DATASET_UNREADABLE';

/** Data sets that are read from a folder. */
const IN_FOLDERS = ['cifar10', 'cifar100', 'mnist'];

/** Opens registered data sets by name, once. */
export class DataSources {
  private readonly opened = new Map<string, Dataset>();
  private readonly dataDirs: ReadonlyMap<string, string>;
  private readonly npy: ReadonlyMap<string, NpyFiles>;
  private readonly folders: ReadonlyMap<string, string | DatasetError>;

  /** @throws ServiceError INVALID_ARGUMENT for a folder of something that is not a data set. */
  constructor({ dataDirs = new Map(), npy = new Map(), folders = new Map() }: DataSourcesOptions = {}) {
    const unknown = [...dataDirs.keys()].find((name) => !IN_FOLDERS.includes(name));
    if (unknown !== undefined) {
      const rule = `"${unknown}" is not a data set whose images come from a folder; those are ${IN_FOLDERS.join(', ')} and folder:NAME`;
      throw ServiceError.invalid('data directories', rule);
    }
    this.dataDirs = dataDirs;
    this.npy = npy;
    this.folders = folders;
  }

  /** The names whose images are registered. */
  names(): string[] {
    const readable = DATASET_NAMES.filter((n) => n === 'mnist' || n.startsWith('noise:') || this.dataDirs.has(n));
    const own = (kind: string, entries: ReadonlyMap<string, unknown>) =>
      [...entries.keys()].map((name) => `${kind}:${name}`);
    return [...readable, ...own('npy', this.npy), ...own('folder', this.folders)];
  }

  /** The facts of all data sets whose images are registered and can be read. */
  infos(): DatasetFacts[] {
    return this.names().flatMap((name) => {
      try {
        return [this.info(name, 'dataset')];
      } catch (error) {
        // A user's own whose files are not what they should be: who asks for it is told why.
        if (error instanceof ServiceError && error.reason === UNREADABLE) return [];
        throw error;
      }
    });
  }

  /** Shape, classes and normalisation; known of a built-in data set even where its images are not registered. */
  info(name: string, field: string): DatasetFacts {
    return DATASET_NAMES.includes(name) ? datasetInfo(name) : this.open(name, field);
  }

  /**
   * @throws ServiceError FAILED_PRECONDITION when the images are not registered here, and when the files are not
   * what they should be.
   */
  open(name: string, field: string): Dataset {
    const known = this.opened.get(name);
    if (known) return known;
    if (!this.names().includes(name)) {
      throw new ServiceError(
        'FAILED_PRECONDITION',
        `${field}: the images of "${name}" are not registered here; registered: ${this.names().join(', ')}`,
        { reason: 'DATASET_NOT_REGISTERED', metadata: { dataset: name } },
      );
    }
    try {
      const dataset = openDataset(name, {
        dataDir: this.dataDirs.get(name),
        npy: this.npy,
        folders: this.folder(name),
      });
      this.opened.set(name, dataset);
      return dataset;
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      const sentence = `${field}: ${name} cannot be read: ${error.message}`;
      throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: UNREADABLE, cause: error });
    }
  }

  private folder(dataset: string): ReadonlyMap<string, string> {
    const name = dataset.replace(/^folder:/, '');
    const file = this.folders.get(name);
    if (file instanceof DatasetError) throw file;
    return new Map(file === undefined ? [] : [[name, file]]);
  }
}
