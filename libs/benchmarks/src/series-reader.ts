import type { Data, Table } from 'apache-arrow';
import { MEASURES, type Measure } from './measures';
import { MAX_BATCH_ROWS } from './schema';
import type { SeriesEntry } from './series';
import type { TableFile } from './table-file';

/** Where a row of a series is. */
export interface RowLocation {
  /** Record batch of the file. */
  readonly batch: number;
  /** Row in that batch. */
  readonly rowInBatch: number;
  /** Row in the series. */
  readonly row: number;
}

/** Reads the rows of series out of a file's record batches. */
export class SeriesReader {
  constructor(private readonly file: TableFile) {}

  /** The row of an architecture, or undefined when the series has none. */
  locate(series: SeriesEntry, architecture: number): RowLocation | undefined {
    const { firstArchitectures, firstBatch } = series;
    const part = lowerBound(firstArchitectures, architecture + 1) - 1;
    if (part < 0) {
      return undefined;
    }
    const architectures = this.architectures(firstBatch + part);
    // In a complete series the row is the index.
    const guess = architecture - firstArchitectures[part];
    const rowInBatch = architectures[guess] === architecture ? guess : lowerBound(architectures, architecture);
    return architectures[rowInBatch] === architecture
      ? { batch: firstBatch + part, rowInBatch, row: part * MAX_BATCH_ROWS + rowInBatch }
      : undefined;
  }

  /** A value of a row, or undefined when it is missing. */
  value(series: SeriesEntry, measure: Measure, { batch, rowInBatch }: RowLocation): number | undefined {
    if (!series.measures[measure]) {
      return undefined;
    }
    const data = columnData(this.file.batch(batch), MEASURES[measure].column);
    return data.getValid(rowInBatch) ? Number((data.values as ArrayLike<number | bigint>)[rowInBatch]) : undefined;
  }

  /** Line or record of the source file. */
  sourceLine({ batch, rowInBatch }: RowLocation): number {
    return (columnData(this.file.batch(batch), 'source_line').values as Uint32Array)[rowInBatch];
  }

  /** A measure by the architecture's index, NaN where it is missing. */
  column(series: SeriesEntry, measure: Measure, architectureCount: number): Float64Array {
    const result = new Float64Array(architectureCount).fill(NaN);
    for (let part = 0; part < series.firstArchitectures.length; part++) {
      const architectures = this.architectures(series.firstBatch + part);
      const data = columnData(this.file.batch(series.firstBatch + part), MEASURES[measure].column);
      const values = data.values as ArrayLike<number | bigint>;
      for (let row = 0; row < architectures.length; row++) {
        if (data.getValid(row)) {
          result[architectures[row]] = Number(values[row]);
        }
      }
    }
    return result;
  }

  private architectures(batch: number): Int32Array {
    const { values, length } = columnData(this.file.batch(batch), 'architecture');
    // Buffers are padded.
    return (values as Int32Array).subarray(0, length);
  }
}

function columnData(table: Table, column: string): Data {
  return table.getChild(column)!.data[0];
}

/** The number of leading entries that are less than `value`, in an ascending list. */
function lowerBound(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
