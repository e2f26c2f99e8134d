import { MappingError } from '../errors';
import { MEASURE_NAMES, MEASURES, type Measure } from '../measures';
import type { Seed, TrainingSet } from '../query';

/**
 * Which columns of a CSV file hold what: the JSON document of `--columns`.
 *
 * ```json
 * {
 *   "space": "nas-bench-201",
 *   "version": "1.0",
 *   "description": "My own trainings",
 *   "architecture": "arch",
 *   "evaluations": [
 *     {
 *       "dataset": "cifar10", "trainingSet": "half", "epochs": 200, "seed": "mean",
 *       "measures": {
 *         "validAccuracy": "val_acc",
 *         "testAccuracy": { "column": "test_acc_fraction", "scale": 100 },
 *         "trainSeconds": { "column": "seconds_per_epoch", "scale": 200, "note": "200 × the seconds of an epoch" }
 *       }
 *     }
 *   ]
 * }
 * ```
 *
 * Each line of the file gives one row for each entry of `evaluations`. A dimension is a literal, the same for all
 * lines, or `{ "column": …, "values": { "text in the file": literal } }`, read from the line; `values` is optional.
 */
export interface CsvMapping {
  /** Name of the search space, whose notation the architectures are in. */
  readonly space: string;
  /** Version of the published benchmark; default: empty. */
  readonly version?: string;
  /** Default: empty. */
  readonly description?: string;
  /** The column of architectures. Their order of appearance becomes the table's. */
  readonly architecture: string;
  /** At least one. Two with the same literal dimensions are a mistake. */
  readonly evaluations: readonly EvaluationMapping[];
}

export interface EvaluationMapping {
  readonly dataset: Dimension<string>;
  readonly trainingSet: Dimension<TrainingSet>;
  /** 1 to 65,535. */
  readonly epochs: Dimension<number>;
  /** At most `epochs`; default: `epochs`. */
  readonly epoch?: Dimension<number>;
  /**
   * A whole number from 0, `mean`, or `position`: the cells with `joined` hold one value for each training, whose
   * seeds are unknown, and the trainings are called 0, 1, … by their position.
   */
  readonly seed: Dimension<Seed> | 'position';
  /** At least one accuracy. */
  readonly measures: Readonly<Partial<Record<Measure, MeasureMapping>>>;
}

export type Dimension<T> = T | ColumnDimension<T>;

export interface ColumnDimension<T> {
  readonly column: string;
  readonly values?: Readonly<Record<string, T>>;
}

export interface MeasureMapping {
  readonly column: string;
  /** The cell's number is multiplied by it; default 1. Accuracies must come out in percent, times in seconds. */
  readonly scale?: number;
  /** The cell holds numbers joined by this text; unless `seed` is `position`, their mean is taken. */
  readonly joined?: string;
  /** How the value was derived; given with every answer. */
  readonly note?: string;
}

/** The rule of each dimension: a sentence when a value breaks it. */
export const DIMENSION_RULES = {
  dataset: (value: unknown) =>
    typeof value === 'string' && /^[a-z0-9][a-z0-9:._-]{0,62}$/.test(value)
      ? undefined
      : 'a data set must be 1 to 63 lower-case letters, digits, and any of : . _ -',
  trainingSet: (value: unknown) =>
    value === 'half' || value === 'full' ? undefined : 'a training set must be half or full',
  epochs: (value: unknown) => wholeBetween(1, 65_535, value, 'epochs'),
  epoch: (value: unknown) => wholeBetween(1, 65_535, value, 'an epoch'),
  seed: (value: unknown) => (value === 'mean' ? undefined : wholeBetween(0, 2 ** 31 - 1, value, 'mean, or a seed')),
} as const;

export type DimensionName = keyof typeof DIMENSION_RULES;

function wholeBetween(min: number, max: number, value: unknown, what: string): string | undefined {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
    ? undefined
    : `${what} must be a whole number between ${min} and ${max}`;
}

/**
 * Checks a parsed JSON document. A measure may be written as the column's name alone.
 * @throws MappingError naming the field, its value and the rule
 */
export function parseMapping(document: unknown): CsvMapping {
  const root = record('(root)', document, ['space', 'version', 'description', 'architecture', 'evaluations']);
  const evaluations = root.evaluations;
  if (!Array.isArray(evaluations) || evaluations.length === 0) {
    throw new MappingError('evaluations', evaluations, 'it must be a list of at least one evaluation');
  }
  const mapping = {
    space: text('space', root.space),
    ...(root.version !== undefined && { version: text('version', root.version) }),
    ...(root.description !== undefined && { description: text('description', root.description) }),
    architecture: text('architecture', root.architecture),
    evaluations: evaluations.map((entry, i) => evaluation(`evaluations[${i}]`, entry)),
  };
  checkDistinct(mapping.evaluations);
  return mapping;
}

function evaluation(field: string, value: unknown): EvaluationMapping {
  const entry = record(field, value, ['dataset', 'trainingSet', 'epochs', 'epoch', 'seed', 'measures']);
  const checked = (name: DimensionName) => dimension(`${field}.${name}`, name, entry[name]);
  const measures = record(`${field}.measures`, entry.measures, MEASURE_NAMES);
  if (!Object.keys(measures).some((name) => MEASURES[name as Measure].rule === 'percent')) {
    throw new MappingError(`${field}.measures`, entry.measures, 'it must have at least one accuracy');
  }
  const result = {
    dataset: checked('dataset'),
    trainingSet: checked('trainingSet'),
    epochs: checked('epochs'),
    ...(entry.epoch !== undefined && { epoch: checked('epoch') }),
    seed: entry.seed === 'position' ? 'position' : checked('seed'),
    measures: Object.fromEntries(
      Object.entries(measures).map(([name, cell]) => [name, measure(`${field}.measures.${name}`, cell)]),
    ),
  } as EvaluationMapping;
  if (typeof result.epoch === 'number' && typeof result.epochs === 'number' && result.epoch > result.epochs) {
    throw new MappingError(`${field}.epoch`, result.epoch, `it must be at most epochs, which is ${result.epochs}`);
  }
  if (result.seed === 'position' && !Object.values(result.measures).some(({ joined }) => joined !== undefined)) {
    throw new MappingError(`${field}.seed`, result.seed, 'at least one of the measures must then have joined');
  }
  return result;
}

function dimension(field: string, name: DimensionName, value: unknown): Dimension<unknown> {
  const rule = DIMENSION_RULES[name];
  if (typeof value !== 'object' || value === null) {
    check(field, value, rule(value));
    return value;
  }
  const { column, values } = record(field, value, ['column', 'values']);
  if (values === undefined) {
    return { column: text(`${field}.column`, column) };
  }
  for (const [key, literal] of Object.entries(record(`${field}.values`, values))) {
    check(`${field}.values[${JSON.stringify(key)}]`, literal, rule(literal));
  }
  return { column: text(`${field}.column`, column), values };
}

function measure(field: string, value: unknown): MeasureMapping {
  if (typeof value === 'string') {
    return { column: text(field, value) };
  }
  const { column, scale, joined, note } = record(field, value, ['column', 'scale', 'joined', 'note']);
  if (scale !== undefined && !(typeof scale === 'number' && Number.isFinite(scale) && scale > 0)) {
    throw new MappingError(`${field}.scale`, scale, 'it must be a number greater than 0');
  }
  return {
    column: text(`${field}.column`, column),
    ...(scale !== undefined && { scale: scale as number }),
    ...(joined !== undefined && { joined: text(`${field}.joined`, joined) }),
    ...(note !== undefined && { note: text(`${field}.note`, note) }),
  };
}

function checkDistinct(evaluations: readonly EvaluationMapping[]): void {
  const seen = new Map<string, number>();
  evaluations.forEach(({ dataset, trainingSet, epochs, epoch = epochs, seed }, i) => {
    const id = JSON.stringify([dataset, trainingSet, epochs, epoch, seed]);
    const earlier = seen.get(id);
    if (earlier !== undefined) {
      const rule = `it has the dimensions of evaluations[${earlier}]: put the measures of both into one`;
      throw new MappingError(`evaluations[${i}]`, { dataset, trainingSet, epochs, epoch, seed }, rule);
    }
    seen.set(id, i);
  });
}

function record(field: string, value: unknown, known?: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MappingError(field, value, 'it must be an object');
  }
  const unknown = known && Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new MappingError(
      `${field}.${unknown}`,
      (value as Record<string, unknown>)[unknown],
      `it must be one of ${known!.join(', ')}`,
    );
  }
  return value as Record<string, unknown>;
}

function text(field: string, value: unknown): string {
  check(field, value, typeof value === 'string' && value !== '' ? undefined : 'it must be a text that is not empty');
  return value as string;
}

function check(field: string, value: unknown, rule: string | undefined): void {
  if (rule !== undefined) {
    throw new MappingError(field, value, rule);
  }
}
