import { basename } from 'node:path';
import type { SearchSpace } from '@gradsign/search-spaces';
import { costCounter, type ImageData } from '../costs';
import { ImportError } from '../errors';
import { MEASURES, type Measure } from '../measures';
import { seriesId, type SeriesData } from '../series';
import type { BenchmarkStore } from '../store';
import type { TableContents } from '../table-writer';
import { Header } from './cells';
import { EvaluationReader } from './evaluation-reader';
import type { CsvMapping } from './mapping';
import { readCsv, type CsvProgress } from './records';
import { FindingCollector, type ImportReport } from './report';
import { SeriesBuilder } from './series-builder';

/** Changes when the same file and mapping give another table. */
const IMPORTER = { name: 'csv', version: '1' };

export interface ReadTableOptions {
  readonly path: string;
  /** Name of the benchmark. */
  readonly benchmark: string;
  readonly mapping: CsvMapping;
  /** The mapping's search space. */
  readonly space: SearchSpace;
  /** Shape and classes of a data set's images; without them, parameters and FLOPs are not counted. */
  readonly imageData?: (dataset: string) => ImageData | undefined;
  readonly onProgress?: (progress: CsvProgress) => void;
  readonly signal?: AbortSignal;
  /** Default: now. */
  readonly importTime?: Date;
}

/**
 * Reads a CSV file (gzip or plain) into a table.
 * @throws ImportError naming file, line, column, value and rule where the file cannot be understood
 */
export async function readCsvTable(options: ReadTableOptions): Promise<{ table: TableContents; report: ImportReport }> {
  const { path, benchmark, mapping, space, onProgress, signal } = options;
  const file = basename(path);
  const lines = new LineReader(file, mapping, space);
  const sha256 = await readCsv({
    path,
    onHeader: (columns) => lines.header(columns),
    onRecord: (cells, line) => lines.record(cells, line),
    onProgress,
    signal,
  });
  const series = lines.series();
  if (series.length === 0) {
    throw new ImportError({ file }, `no line gives a row: ${lines.problems()}`);
  }
  checkPercent(file, series);
  const source = { file, sha256 };
  const table: TableContents = {
    info: {
      benchmark,
      version: mapping.version ?? '',
      description: mapping.description ?? '',
      space: space.name,
      source,
      importer: IMPORTER,
      importTime: (options.importTime ?? new Date()).toISOString(),
    },
    architectures: lines.architectures,
    series: withCosts(series, lines, options),
  };
  return {
    table,
    report: {
      benchmark,
      source,
      lines: lines.count,
      architectures: table.architectures.length,
      rows: series.reduce((sum, { architectures }) => sum + architectures.length, 0),
      ...lines.findings.all,
    },
  };
}

export interface ImportCsvOptions extends ReadTableOptions {
  readonly store: BenchmarkStore;
  /** Whether a benchmark of this name is replaced; default: it is an error. */
  readonly replace?: boolean;
}

/**
 * Imports a CSV file into a store. Nothing is visible there before the whole table is.
 * @throws ImportError as `readCsvTable`
 * @throws BenchmarkNameError, BenchmarkExistsError before the file is read
 */
export async function importCsv({ store, replace, ...options }: ImportCsvOptions): Promise<ImportReport> {
  store.checkFree(options.benchmark, replace ?? false);
  const { table, report } = await readCsvTable(options);
  options.signal?.throwIfAborted();
  await store.publish(table, { replace });
  return report;
}

/** Turns lines into series. */
class LineReader {
  readonly architectures: string[] = [];
  readonly parsed: unknown[] = [];
  readonly findings = new FindingCollector();
  count = 0;
  private readonly indices = new Map<string, number>();
  private readonly builders = new Map<string, SeriesBuilder>();
  private architectureColumn = 0;
  private readers: readonly EvaluationReader[] = [];

  constructor(
    private readonly file: string,
    private readonly mapping: CsvMapping,
    private readonly space: SearchSpace,
  ) {}

  header(columns: readonly string[]): void {
    const header = new Header(this.file, columns, 1);
    this.architectureColumn = header.indexOf(this.mapping.architecture);
    this.readers = this.mapping.evaluations.map((entry) => new EvaluationReader(entry, header, this.findings));
  }

  record(cells: readonly string[], line: number): void {
    this.count++;
    const text = cells[this.architectureColumn].trim();
    const cell = { line, column: this.mapping.architecture, value: text };
    let architecture: unknown;
    try {
      architecture = this.space.parse(text);
    } catch (error) {
      this.findings.add('unknownArchitectures', { ...cell, rule: (error as Error).message });
      return;
    }
    let index: number | undefined;
    for (const reader of this.readers) {
      for (const { key, values } of reader.read(cells, line)) {
        const builder = this.builder(key, reader);
        index ??= this.index(architecture);
        const earlier = builder.lineOf(index);
        if (earlier === undefined) {
          builder.add(index, line, values);
        } else {
          const rule = `line ${earlier} has this architecture with ${seriesId(key)} already`;
          this.findings.add('duplicateRows', { ...cell, rule });
        }
      }
    }
  }

  series(): SeriesData[] {
    return [...this.builders.values()].map((builder) => builder.build());
  }

  problems(): string {
    const counts = Object.entries(this.findings.all).map(([kind, { count }]) => `${kind} ${count}`);
    return `${this.count} lines, ${counts.join(', ')}`;
  }

  private index(architecture: unknown): number {
    const text = this.space.format(architecture);
    let index = this.indices.get(text);
    if (index === undefined) {
      index = this.architectures.length;
      this.indices.set(text, index);
      this.architectures.push(text);
      this.parsed.push(architecture);
    }
    return index;
  }

  private builder(key: SeriesData['key'], { notes }: EvaluationReader): SeriesBuilder {
    const id = seriesId(key);
    let builder = this.builders.get(id);
    if (!builder) {
      this.builders.set(id, (builder = new SeriesBuilder(key, notes)));
    }
    return builder;
  }
}

/** Fractions pass for percentages below 1, and would silently make every accuracy wrong. */
function checkPercent(file: string, series: readonly SeriesData[]): void {
  let highest = 0;
  for (const { values } of series) {
    for (const [measure, column] of Object.entries(values)) {
      if (MEASURES[measure as Measure].rule === 'percent') {
        highest = column.reduce((max, value) => (value > max ? value : max), highest);
      }
    }
  }
  if (highest > 0 && highest <= 1) {
    throw new ImportError({ file }, 'no accuracy is above 1 percent: declare "scale": 100 if they are fractions');
  }
}

/** Adds parameters and FLOPs where the file does not have them. */
function withCosts(series: readonly SeriesData[], lines: LineReader, options: ReadTableOptions): SeriesData[] {
  const counted = new Map<string, { params: Float64Array; flops: Float64Array } | undefined>();
  return series.map((data) => {
    const { dataset } = data.key;
    if (!counted.has(dataset)) {
      counted.set(dataset, countCosts(lines.parsed, options, dataset));
    }
    const costs = counted.get(dataset);
    if (!costs) {
      return data;
    }
    const params = Float64Array.from(data.architectures, (index) => costs.params[index]);
    const flops = Float64Array.from(data.architectures, (index) => costs.flops[index]);
    return { ...data, values: { params, flops, ...data.values } };
  });
}

function countCosts(architectures: readonly unknown[], { space, imageData }: ReadTableOptions, dataset: string) {
  const images = imageData?.(dataset);
  if (!images) {
    return undefined;
  }
  const costs = architectures.map(costCounter(space, images, architectures));
  return { params: Float64Array.from(costs, (c) => c.params), flops: Float64Array.from(costs, (c) => c.flops) };
}
