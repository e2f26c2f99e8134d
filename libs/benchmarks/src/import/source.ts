import type { Finding, FindingKind } from '../csv/report';
import type { Measure } from '../measures';
import type { Seed, TrainingSet } from '../query';

/** Measured values by name; what was not measured is absent. */
export type Values = Readonly<Partial<Record<Measure, number>>>;

/**
 * One training of one architecture, as a benchmark's file tells it. It may come in several records, each with other
 * epochs, where the file has them in several places; no two have a value for the same epoch.
 */
export interface TrainingRecord {
  /** In its space's published notation. */
  readonly architecture: string;
  readonly dataset: string;
  readonly trainingSet: TrainingSet;
  /** Epochs that the training was planned for. */
  readonly epochs: number;
  /** The seed of this training, or `mean` where the file has only the mean over trainings. */
  readonly seed: Seed;
  /** Place in the source, from 1: the line or record of a file, or the file of a folder. */
  readonly sourceRecord: number;
  /** Values at the end of the training. */
  readonly final: Values;
  /** Values after single earlier epochs (from 1, below `epochs`), where there are only a few. */
  readonly points?: readonly { readonly epoch: number; readonly values: Values }[];
  /** Learning curves: `epochs` values, entry i after epoch i + 1, NaN where nothing was measured. */
  readonly curves?: Readonly<Partial<Record<Measure, Float32Array>>>;
  /** How its measures were derived, where the source's records differ in that; beside the source's own `notes`. */
  readonly notes?: Readonly<Partial<Record<Measure, string>>>;
}

/** What a source has, and `records` has not. */
export interface SourceFinding extends Finding {
  readonly kind: FindingKind;
}

/** What can be read at once: a file of a folder, or a record of a file. */
export interface ImportUnit {
  /** Bytes of the source that are done after it. */
  readonly doneBytes: number;
  readonly records: readonly TrainingRecord[];
  /** All of them, in order; absent where there are none. */
  readonly findings?: readonly SourceFinding[];
}

/** A cell of the table that has been published elsewhere. */
export interface Anchor {
  readonly what: string;
  readonly dataset: string;
  readonly trainingSet: TrainingSet;
  readonly epochs: number;
  readonly measure: Measure;
  /** The highest value over all architectures, of means over seeds. */
  readonly best: number;
  readonly tolerance: number;
  /** Where the value is published. */
  readonly source: string;
}

/** A benchmark's files, opened. Reading is repeatable: the same files give the same units in the same order. */
export interface ImportSource {
  readonly space: string;
  /** Version of the published benchmark; empty when the files do not say. */
  readonly version: string;
  readonly description: string;
  /** How measures were derived, where they are not plain measurements. */
  readonly notes: Readonly<Partial<Record<Measure, string>>>;
  /** The files that are read, in order; what identifies the source is the SHA-256 of their contents. */
  readonly files: readonly string[];
  readonly totalBytes: number;
  /** The architectures in table order, where they are known before reading; else their order of appearance. */
  readonly architectures?: readonly string[];
  /** Whether all records of an architecture come in one unit. */
  readonly grouped: boolean;
  readonly anchors: readonly Anchor[];
  /**
   * The units from the one with this number, from 0.
   * @throws ImportError with file, offset and rule where the source cannot be understood
   */
  read(from: number, signal?: AbortSignal): AsyncIterable<ImportUnit>;
  close(): Promise<void>;
}

/** Reads one published format. */
export interface Importer {
  /** Its name on the command line, for instance `nats-tss`. */
  readonly name: string;
  /** Changes when the same files give another table. */
  readonly version: string;
  /** What `path` must be, for the command line's help. */
  readonly reads: string;
  /** @throws ImportError where the path does not hold the format */
  open(path: string): Promise<ImportSource>;
}
