import { ImportError } from '../errors';
import { MEASURES, type Measure } from '../measures';
import type { Seed } from '../query';
import type { SeriesKey } from '../series';
import { cellNumber, measured, type Cell, type Header } from './cells';
import { DIMENSION_RULES } from './mapping';
import type { Dimension, DimensionName, EvaluationMapping, MeasureMapping } from './mapping';
import type { FindingSink } from './report';

/** A row of the table as one line of a file gives it. */
export interface EvaluationRow {
  readonly key: SeriesKey;
  /** NaN where missing. */
  readonly values: ReadonlyMap<Measure, number>;
}

interface MeasureColumn extends MeasureMapping {
  readonly measure: Measure;
  readonly index: number;
}

type CellReader<T> = (cells: readonly string[], line: number) => T;

/** Reads what one entry of a mapping says about a line. */
export class EvaluationReader {
  readonly notes: Readonly<Partial<Record<Measure, string>>>;
  private readonly measures: readonly MeasureColumn[];
  private readonly dimensions: CellReader<Omit<SeriesKey, 'seed'>>;
  private readonly seed: CellReader<Seed> | 'position';

  /** @throws ImportError when the header does not have a column */
  constructor(
    mapping: EvaluationMapping,
    private readonly header: Header,
    private readonly findings: FindingSink,
  ) {
    this.measures = Object.entries(mapping.measures).map(([measure, cell]) => ({
      ...cell,
      measure: measure as Measure,
      index: header.indexOf(cell.column),
    }));
    this.notes = Object.fromEntries(
      this.measures.flatMap(({ measure, note }) => (note === undefined ? [] : [[measure, note]])),
    );
    this.dimensions = this.keyReader(mapping);
    this.seed = mapping.seed === 'position' ? 'position' : this.dimension('seed', mapping.seed);
  }

  /**
   * The rows of a line: one, or one a training for the seed `position`. A row without any accuracy is left out.
   * @throws ImportError naming the cell that cannot be understood
   */
  read(cells: readonly string[], line: number): EvaluationRow[] {
    const key = this.dimensions(cells, line);
    const rows =
      this.seed === 'position'
        ? this.trainings(cells, line).map((values, position) => ({ key: { ...key, seed: position }, values }))
        : [{ key: { ...key, seed: this.seed(cells, line) }, values: this.values(cells, line) }];
    return rows.filter(({ values }) =>
      this.measures.some(({ measure }) => MEASURES[measure].rule === 'percent' && !Number.isNaN(values.get(measure))),
    );
  }

  private values(cells: readonly string[], line: number): Map<Measure, number> {
    return new Map(
      this.measures.map((column) => {
        const numbers = this.numbers(column, cells, line);
        const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
        return [column.measure, this.finish(column, numbers.length === 1 ? numbers[0] : mean, cells, line)];
      }),
    );
  }

  private trainings(cells: readonly string[], line: number): Map<Measure, number>[] {
    const columns = this.measures.map((column) => ({ column, numbers: this.numbers(column, cells, line) }));
    const [first, ...others] = columns.filter(({ column }) => column.joined !== undefined);
    for (const { column, numbers } of others) {
      if (numbers.length !== first.numbers.length) {
        const rule = `it has ${numbers.length} values where column ${first.column.column} has ${first.numbers.length}`;
        throw new ImportError(this.cell(column, cells, line), rule);
      }
    }
    return first.numbers.map(
      (_, position) =>
        new Map(
          columns.map(({ column, numbers }) => {
            const value = numbers[column.joined === undefined ? 0 : position];
            return [column.measure, this.finish(column, value, cells, line)];
          }),
        ),
    );
  }

  private numbers(column: MeasureColumn, cells: readonly string[], line: number): number[] {
    const cell = this.cell(column, cells, line);
    const parts = column.joined === undefined ? [cell.value] : cell.value.split(column.joined);
    return parts.map((value) => cellNumber({ ...cell, value }, this.findings));
  }

  private finish(column: MeasureColumn, value: number, cells: readonly string[], line: number): number {
    const scaled = column.scale === undefined ? value : value * column.scale;
    const exact = MEASURES[column.measure].rule === 'count' ? nearestWhole(scaled) : scaled;
    return measured(column.measure, exact, this.cell(column, cells, line), this.findings);
  }

  private cell({ column, index }: { column: string; index: number }, cells: readonly string[], line: number): Cell {
    return { file: this.header.file, line, column, value: cells[index] };
  }

  private keyReader(mapping: EvaluationMapping): CellReader<Omit<SeriesKey, 'seed'>> {
    const dataset = this.dimension('dataset', mapping.dataset);
    const trainingSet = this.dimension('trainingSet', mapping.trainingSet);
    const epochs = this.dimension('epochs', mapping.epochs);
    const epoch = this.dimension('epoch', mapping.epoch ?? mapping.epochs);
    return (cells, line) => {
      const key = {
        dataset: dataset(cells, line),
        trainingSet: trainingSet(cells, line),
        epochs: epochs(cells, line),
        epoch: epoch(cells, line),
      };
      if (key.epoch > key.epochs) {
        const rule = `epoch ${key.epoch} comes after the end of a training of ${key.epochs} epochs`;
        throw new ImportError({ file: this.header.file, line }, rule);
      }
      return key;
    };
  }

  private dimension<T extends string | number>(name: DimensionName, dimension: Dimension<T>): CellReader<T> {
    if (typeof dimension !== 'object') {
      return () => dimension;
    }
    const { column, values } = dimension;
    const index = this.header.indexOf(column);
    const known = values && new Map(Object.entries(values));
    return (cells, line) => {
      const cell = this.cell({ column, index }, cells, line);
      const text = cell.value.trim();
      if (known) {
        const value = known.get(text);
        if (value === undefined) {
          throw new ImportError(
            cell,
            `the mapping knows ${[...known.keys()].map((key) => JSON.stringify(key)).join(', ')}`,
          );
        }
        return value;
      }
      const value = /^\d+$/.test(text) && name !== 'dataset' ? Number(text) : text;
      const broken = DIMENSION_RULES[name](value);
      if (broken !== undefined) {
        throw new ImportError(cell, broken);
      }
      return value as T;
    };
  }
}

/** Undoes the rounding of a scale: 0.129306 million is 129,306. */
function nearestWhole(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-6 ? whole : value;
}
