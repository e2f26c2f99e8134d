import type { SearchSpace } from '@gradsign/search-spaces';
import { unavailability, type Coverage } from './coverage';
import { UnavailableError, UnknownArchitectureError } from './errors';
import { MEASURES, SPLITS, type Measure } from './measures';
import type { Evaluation, EvaluationQuery, EvaluationSelection } from './query';
import type { TableInfo } from './schema';
import { seriesId, type SeriesEntry } from './series';
import { SeriesReader, type RowLocation } from './series-reader';
import { TableFile } from './table-file';
import { readHead, type TableHead } from './table-head';

/** Which of the architectures, in table order. */
export interface Page {
  /** Default 0. */
  readonly offset?: number;
  /** Default: all. */
  readonly limit?: number;
}

/** Everything that exists in a benchmark. */
export interface BenchmarkDescription extends TableInfo {
  readonly architectures: number;
  readonly rows: number;
  readonly coverage: readonly Coverage[];
}

/**
 * A benchmark table that answers queries from its file. Opening reads the architectures and the index; a query reads
 * the one record batch that it needs.
 */
export class BenchmarkTable {
  private readonly head: TableHead;
  private readonly reader: SeriesReader;
  private readonly seriesById: ReadonlyMap<string, SeriesEntry>;
  private readonly space: SearchSpace;

  /**
   * @param space finds the table's search space by its name
   * @throws TableFormatError when the file is not a whole benchmark table
   */
  constructor(
    private readonly file: TableFile,
    space: (name: string) => SearchSpace,
  ) {
    this.head = readHead(file.path, file.head, file.batches);
    this.reader = new SeriesReader(file);
    this.seriesById = new Map(this.head.series.map((series) => [seriesId(series), series]));
    this.space = space(this.head.info.space);
  }

  /** Opens a file; see the constructor. */
  static open(path: string, space: (name: string) => SearchSpace): BenchmarkTable {
    const file = new TableFile(path);
    try {
      return new BenchmarkTable(file, space);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get name(): string {
    return this.head.info.benchmark;
  }

  get architectureCount(): number {
    return this.head.architectures.length;
  }

  describe(): BenchmarkDescription {
    const { info, rows, coverage } = this.head;
    return { ...info, architectures: this.architectureCount, rows, coverage };
  }

  /** @throws RangeError when the index is outside the table. */
  architecture(index: number): string {
    if (!Number.isInteger(index) || index < 0 || index >= this.architectureCount) {
      throw new RangeError(`architecture index is ${index}: ${this.name} has 0 to ${this.architectureCount - 1}`);
    }
    return this.head.architectures.text(index);
  }

  /** Architectures in table order. */
  architectures(page: Page = {}): string[] {
    const { from, to } = this.range(page);
    return Array.from({ length: to - from }, (_, i) => this.head.architectures.text(from + i));
  }

  /**
   * @throws ArchitectureSyntaxError when the text breaks the space's notation
   * @throws UnknownArchitectureError when the architecture is not in the table
   */
  indexOf(architecture: string): number {
    const { architectures } = this.head;
    // What the table has is well-formed; the space is asked about the rest only.
    const index = architectures.find(architecture) ?? architectures.find(this.published(architecture));
    if (index === undefined) {
      throw new UnknownArchitectureError(this.name, this.space.name, architecture, this.architectureCount);
    }
    return index;
  }

  /**
   * @throws ArchitectureSyntaxError, UnknownArchitectureError as `indexOf`
   * @throws UnavailableError when the benchmark does not have the combination; says what it has for the data set
   */
  evaluate(query: EvaluationQuery): Evaluation {
    const index = this.indexOf(query.architecture);
    const series = this.select(query);
    const row = this.reader.locate(series, index);
    const evaluation = row && this.evaluation(series, query, index, row);
    if (!evaluation) {
      const { count } = series.measures[SPLITS[query.split].accuracy]!;
      throw new UnavailableError(
        this.name,
        `${this.name} does not have a value for ${query.architecture} with ${seriesId(series)}, split ${query.split}: ` +
          `${count} of ${this.architectureCount} architectures have one`,
      );
    }
    return evaluation;
  }

  /**
   * The evaluations of a page of architectures in table order; those without a value are left out.
   * @throws UnavailableError as `evaluate`, when no architecture has the combination
   */
  *evaluations(selection: EvaluationSelection, page: Page = {}): Generator<Evaluation> {
    const series = this.select(selection);
    const { from, to } = this.range(page);
    for (let index = from; index < to; index++) {
      const row = this.reader.locate(series, index);
      const evaluation = row && this.evaluation(series, selection, index, row);
      if (evaluation) {
        yield evaluation;
      }
    }
  }

  /**
   * The accuracies of all architectures in percent, by their index; NaN where there is none.
   * @throws UnavailableError as `evaluate`, when no architecture has the combination
   */
  accuracies(selection: EvaluationSelection): Float64Array {
    const series = this.select(selection);
    return this.reader.column(series, SPLITS[selection.split].accuracy, this.architectureCount);
  }

  /** Closes the file now rather than when nothing refers to it any more. The table must not be used afterwards. */
  close(): void {
    this.file.close();
  }

  private published(architecture: string): string {
    return this.space.format(this.space.parse(architecture));
  }

  private select(selection: EvaluationSelection): SeriesEntry {
    const { dataset, trainingSet, split, seed } = selection;
    const epochs = selection.epochs === 'final' ? this.finalEpochs(dataset, trainingSet) : selection.epochs;
    const epoch = selection.epoch ?? epochs;
    const series = this.seriesById.get(seriesId({ dataset, trainingSet, epochs, epoch, seed }));
    if (!series?.measures[SPLITS[split].accuracy]) {
      throw new UnavailableError(this.name, unavailability(this.name, selection, this.head.coverage));
    }
    return series;
  }

  private finalEpochs(dataset: string, trainingSet: string): number {
    const own = this.head.series.filter((series) => series.dataset === dataset && series.trainingSet === trainingSet);
    return Math.max(0, ...own.map(({ epochs }) => epochs));
  }

  private evaluation(
    series: SeriesEntry,
    { split }: EvaluationSelection,
    index: number,
    row: RowLocation,
  ): Evaluation | undefined {
    const { accuracy, loss, evalSeconds } = SPLITS[split];
    const value = (measure: Measure | undefined) => (measure ? this.reader.value(series, measure, row) : undefined);
    const measured = value(accuracy);
    if (measured === undefined) {
      return undefined;
    }
    const optional = {
      loss: value(loss),
      trainSeconds: value('trainSeconds'),
      evalSeconds: value(evalSeconds),
      params: value('params'),
      flops: value('flops'),
      publishedParams: value('publishedParams'),
      runs: value('runs'),
      note: notes(series, [accuracy, loss, 'trainSeconds', evalSeconds, 'publishedParams']),
    };
    return {
      benchmark: this.name,
      architecture: this.head.architectures.text(index),
      index,
      dataset: series.dataset,
      trainingSet: series.trainingSet,
      epochs: series.epochs,
      epoch: series.epoch,
      split,
      seed: series.seed,
      accuracy: measured,
      ...present(optional),
      rows: [series.firstRow + row.row],
      sourceLines: [this.reader.sourceLine(row)],
    };
  }

  private range({ offset = 0, limit = Infinity }: Page): { from: number; to: number } {
    const from = Math.min(Math.max(0, offset), this.architectureCount);
    return { from, to: Math.min(from + Math.max(0, limit), this.architectureCount) };
  }
}

function notes(series: SeriesEntry, measures: readonly (Measure | undefined)[]): string | undefined {
  const texts = measures.flatMap((measure) => {
    const note = measure && series.measures[measure]?.note;
    return note === undefined ? [] : [`${MEASURES[measure!].column}: ${note}`];
  });
  return texts.length === 0 ? undefined : texts.join('; ');
}

function present<T extends object>(record: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
