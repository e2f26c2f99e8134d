import type { Measure } from '../measures';
import type { SeriesData, SeriesKey } from '../series';

/** Collects the rows of a series in the order in which a file has them. */
export class SeriesBuilder {
  private readonly architectures: number[] = [];
  private readonly sourceLines: number[] = [];
  private readonly values = new Map<Measure, number[]>();
  private readonly rowOf = new Map<number, number>();

  constructor(
    readonly key: SeriesKey,
    private readonly notes: SeriesData['notes'],
  ) {}

  /** The source line of an architecture's row, or undefined. */
  lineOf(architecture: number): number | undefined {
    const row = this.rowOf.get(architecture);
    return row === undefined ? undefined : this.sourceLines[row];
  }

  /** Adds the row of an architecture that has none yet. */
  add(architecture: number, line: number, values: ReadonlyMap<Measure, number>): void {
    const row = this.architectures.length;
    this.rowOf.set(architecture, row);
    this.architectures.push(architecture);
    this.sourceLines.push(line);
    for (const [measure, value] of values) {
      let column = this.values.get(measure);
      if (!column) {
        this.values.set(measure, (column = []));
      }
      while (column.length < row) {
        column.push(NaN);
      }
      column.push(value);
    }
  }

  /** The rows in ascending order of architectures. */
  build(): SeriesData {
    const order = Array.from(this.architectures.keys()).sort((a, b) => this.architectures[a] - this.architectures[b]);
    return {
      key: this.key,
      architectures: Int32Array.from(order, (row) => this.architectures[row]),
      sourceLines: Uint32Array.from(order, (row) => this.sourceLines[row]),
      values: Object.fromEntries(
        [...this.values].map(([measure, column]) => [measure, Float64Array.from(order, (row) => column[row] ?? NaN)]),
      ),
      notes: this.notes,
    };
  }
}
