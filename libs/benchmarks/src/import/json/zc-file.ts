import { nasBench201 } from '@gradsign/search-spaces';
import { ImportError } from '../../errors';
import type { TrainingRecord } from '../source';
import { sourceFile, type SourceFile } from '../source-file';
import { asObject, jsonElements } from './elements';
import type { Depths } from './splitter';

/** What NAS-Bench-Suite-Zero says of an architecture on a data set. */
export interface ZeroCostEntry {
  readonly number: number;
  /** As the file calls it. */
  readonly dataset: string;
  /** In the notation of nas-bench-201. */
  readonly architecture: string;
  /** Everything it says. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Bytes of the file up to its end. */
  readonly end: number;
  /** Throws with its place, given the rule that it breaks. */
  readonly fail: (rule: string) => never;
}

/** Architectures by data set. */
const DEPTHS: Depths = { '[': 1, '{': 2 };

/** Which trainings of NAS-Bench-201 a data set's accuracies are of. */
export type Trained = Pick<TrainingRecord, 'dataset' | 'trainingSet'>;

/** The data sets of NAS-Bench-201 by the file's names. For CIFAR-10 it has the trainings on half of the images. */
export const ZERO_COST_DATASETS: ReadonlyMap<string, Trained> = new Map([
  ['cifar10', { dataset: 'cifar10', trainingSet: 'half' }],
  ['cifar100', { dataset: 'cifar100', trainingSet: 'full' }],
  ['ImageNet16-120', { dataset: 'imagenet16-120', trainingSet: 'full' }],
]);

/** Operations by their numbers. */
const OPERATIONS = ['skip_connect', 'none', 'nor_conv_3x3', 'nor_conv_1x1', 'avg_pool_3x3'] as const;
const TUPLE = /^\(([0-4]), ([0-4]), ([0-4]), ([0-4]), ([0-4]), ([0-4])\)$/;
/** The file's edges go by source (1→2, 1→3, 1→4, 2→3, 2→4, 3→4), those of the notation by target. */
const BY_TARGET = [0, 1, 3, 2, 4, 5];

/**
 * The entries of `zc_nasbench201.json`.
 * @throws ImportError with the offset where the file is not one of NAS-Bench-201, or damaged
 */
export async function* zeroCostEntries(file: SourceFile, signal?: AbortSignal): AsyncGenerator<ZeroCostEntry> {
  for await (const { number, keys, offset, end, value } of jsonElements(file, DEPTHS, signal)) {
    const fail = (rule: string): never => {
      throw new ImportError({ file: file.name, offset }, `entry ${number}: ${rule}`);
    };
    if (keys.length < 2) fail('it must be of an architecture of a data set');
    const [dataset, key] = keys;
    const tuple = TUPLE.exec(key);
    if (!tuple) {
      const spaces = 'the files of other search spaces cannot be imported';
      fail(
        `${JSON.stringify(key.slice(0, 100))} is not an architecture of NAS-Bench-201, six numbers in 0…4: ${spaces}`,
      );
    }
    const cell = BY_TARGET.map((edge) => OPERATIONS[Number(tuple![1 + edge])]);
    const members = asObject(value) ?? fail('it must be an object');
    yield { number, dataset, architecture: nasBench201.format(cell), members, end, fail };
  }
}

/** The score of a proxy that has been published. */
export interface ZeroCostScore {
  readonly dataset: string;
  /** In the notation of nas-bench-201. */
  readonly architecture: string;
  /** As NAS-Bench-Suite-Zero calls it, for instance `jacov`. */
  readonly proxy: string;
  /** NaN or infinite where the file has that. */
  readonly score: number;
  /** Seconds that it took to compute; NaN where the file does not say. */
  readonly seconds: number;
}

/**
 * The scores in `zc_nasbench201.json` of NAS-Bench-Suite-Zero (Krishnakumar et al. 2022).
 * @throws ImportError as `zeroCostEntries`
 */
export async function* readZeroCostScores(path: string, signal?: AbortSignal): AsyncGenerator<ZeroCostScore> {
  for await (const { dataset, architecture, members } of zeroCostEntries(await sourceFile(path), signal)) {
    const known = ZERO_COST_DATASETS.get(dataset)?.dataset ?? dataset.toLowerCase();
    for (const [proxy, value] of Object.entries(members)) {
      const entry = asObject(value);
      if (!entry || !('score' in entry)) continue;
      yield { dataset: known, architecture, proxy, score: number(entry.score), seconds: number(entry.time) };
    }
  }
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : NaN;
}
