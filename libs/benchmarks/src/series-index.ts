import { MEASURE_NAMES, MEASURES, type Measure } from './measures';
import { MAX_BATCH_ROWS } from './schema';
import type { MeasureSummary, SeriesData, SeriesEntry } from './series';

/** The index of series that are written in this order. */
export function indexSeries(series: readonly SeriesData[]): SeriesEntry[] {
  let firstRow = 0;
  let firstBatch = 0;
  return series.map((data) => {
    const rows = data.architectures.length;
    const batches = Math.ceil(rows / MAX_BATCH_ROWS);
    const entry: SeriesEntry = {
      ...data.key,
      firstRow,
      rows,
      firstBatch,
      firstArchitectures: Array.from({ length: batches }, (_, batch) => data.architectures[batch * MAX_BATCH_ROWS]),
      measures: summaries(data),
    };
    firstRow += rows;
    firstBatch += batches;
    return entry;
  });
}

function summaries(data: SeriesData): Partial<Record<Measure, MeasureSummary>> {
  const result: Partial<Record<Measure, MeasureSummary>> = {};
  for (const measure of MEASURE_NAMES) {
    const summary = summarize(measure, data);
    if (summary) {
      result[measure] = summary;
    }
  }
  return result;
}

function summarize(measure: Measure, { architectures, values, notes }: SeriesData): MeasureSummary | undefined {
  const column = values[measure] ?? new Float64Array();
  let count = 0;
  let best = -1;
  for (let row = 0; row < column.length; row++) {
    if (!Number.isNaN(column[row])) {
      count++;
      if (best < 0 || column[row] > column[best]) {
        best = row;
      }
    }
  }
  if (count === 0) {
    return undefined;
  }
  return {
    count,
    ...(MEASURES[measure].rule === 'percent' && { best: { value: column[best], architecture: architectures[best] } }),
    ...(notes[measure] !== undefined && { note: notes[measure] }),
  };
}
