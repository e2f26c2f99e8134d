import type { SearchSpace } from '@gradsign/search-spaces';
import { ImportError } from '../errors';
import type { SourceFinding, TrainingRecord, Values } from '../import/source';
import { MEASURES } from '../measures';
import { seriesId, type SeriesKey } from '../series';
import { Header } from './cells';
import { EvaluationReader, type EvaluationRow } from './evaluation-reader';
import type { CsvMapping } from './mapping';
import { FindingCollector, type Finding, type FindingKind, type FindingSink } from './report';

/** The columns of a table, or one of its lines. */
export interface TableLine {
  readonly cells: readonly string[];
  /** Line of a text, or row of another table, from 1; 0 for columns that are not named in a line. */
  readonly line: number;
  /** Bytes of the file that are done after it, about. */
  readonly doneBytes: number;
}

/** Turns the lines of a table into trainings as a mapping says. */
export class MappedLines implements FindingSink {
  private readonly header: Header;
  private readonly architecture: number;
  private readonly readers: readonly EvaluationReader[];
  private readonly totals = new FindingCollector();
  private found: SourceFinding[] = [];
  /** The architectures in order of appearance. */
  private readonly indices = new Map<string, number>();
  /** The line of each architecture's row, by series. */
  private readonly rows = new Map<string, number[]>();
  private count = 0;
  private highest = 0;

  /** @throws ImportError when a column that the mapping names is not there */
  constructor(
    private readonly file: string,
    private readonly mapping: CsvMapping,
    private readonly space: SearchSpace,
    columns: TableLine,
  ) {
    this.header = new Header(file, columns.cells, columns.line || undefined);
    this.architecture = this.header.indexOf(mapping.architecture);
    this.readers = mapping.evaluations.map((entry) => new EvaluationReader(entry, this.header, this));
  }

  add(kind: FindingKind, finding: Finding): void {
    this.totals.add(kind, finding);
    const { line, column, value, rule } = finding;
    this.found.push({ kind, line, column, value: value.slice(0, 200), rule });
  }

  /**
   * The trainings of a line: a row of the table each.
   * @throws ImportError naming the cell that cannot be understood
   */
  read({ cells, line }: TableLine): TrainingRecord[] {
    this.count++;
    const text = cells[this.architecture].trim();
    const cell = { line, column: this.mapping.architecture, value: text };
    let architecture: string;
    try {
      architecture = this.space.format(this.space.parse(text));
    } catch (error) {
      this.add('unknownArchitectures', { ...cell, rule: (error as Error).message });
      return [];
    }
    return this.readers.flatMap((reader) =>
      reader.read(cells, line).flatMap((row) => {
        const earlier = this.claim(row.key, architecture, line);
        if (earlier !== undefined) {
          const rule = `line ${earlier} has this architecture with ${seriesId(row.key)} already`;
          this.add('duplicateRows', { ...cell, rule });
          return [];
        }
        return [this.record(architecture, row, line, reader.notes)];
      }),
    );
  }

  /** What was found since the last time. */
  takeFindings(): SourceFinding[] {
    const { found } = this;
    this.found = [];
    return found;
  }

  /** @throws ImportError when the lines cannot be a benchmark together */
  end(): void {
    if (this.rows.size === 0) {
      const counts = Object.entries(this.totals.all).map(([kind, { count }]) => `${kind} ${count}`);
      throw new ImportError({ file: this.file }, `no line gives a row: ${this.count} lines, ${counts.join(', ')}`);
    }
    // Fractions pass for percentages below 1, and would silently make every accuracy wrong.
    if (this.highest > 0 && this.highest <= 1) {
      const rule = 'no accuracy is above 1 percent: declare "scale": 100 if they are fractions';
      throw new ImportError({ file: this.file }, rule);
    }
  }

  /** The line that has the row already, or undefined when this one is the first. */
  private claim(key: SeriesKey, architecture: string, line: number): number | undefined {
    let index = this.indices.get(architecture);
    if (index === undefined) this.indices.set(architecture, (index = this.indices.size));
    const id = seriesId(key);
    let lines = this.rows.get(id);
    if (!lines) this.rows.set(id, (lines = []));
    const earlier = lines[index];
    if (earlier === undefined) lines[index] = line;
    return earlier;
  }

  private record(
    architecture: string,
    { key, values }: EvaluationRow,
    line: number,
    notes: EvaluationReader['notes'],
  ): TrainingRecord {
    const measured: Values = Object.fromEntries([...values].filter(([, value]) => !Number.isNaN(value)));
    for (const [measure, value] of values) {
      if (MEASURES[measure].rule === 'percent' && value > this.highest) this.highest = value;
    }
    const { epoch, ...training } = key;
    return {
      architecture,
      ...training,
      sourceRecord: line,
      final: epoch === key.epochs ? measured : {},
      ...(epoch < key.epochs && { points: [{ epoch, values: measured }] }),
      ...(Object.keys(notes).length > 0 && { notes }),
    };
  }
}
