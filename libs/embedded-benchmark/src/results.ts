import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  Schema,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import { EMBEDDED_BENCHMARK, plannedTrainings, TRAINER, VERSION } from './definition';
import { trainingKey, type Outcomes } from './outcome';

/** The file that comes with the product: one row for each training, curves as fixed-size lists, one entry an epoch. */
export const RESULTS_FILE = join(__dirname, '..', 'data', `${EMBEDDED_BENCHMARK}.arrow`);

/** Trainings of another definition are not mixed with these. */
const DEFINITION = ['gradsign.definition', JSON.stringify({ version: VERSION, trainer: TRAINER })] as const;

const CURVES = {
  train_loss: 'trainLoss',
  train_accuracy: 'trainAccuracy',
  validation_accuracy: 'validationAccuracy',
  test_accuracy: 'testAccuracy',
} as const;

/** Writes what is done, in the order of the plan; the file is replaced whole. */
export function writeResults(path: string, outcomes: Outcomes): void {
  const rows = plannedTrainings().flatMap((training) => outcomes.get(trainingKey(training)) ?? []);
  const list = new FixedSizeList(TRAINER.epochs, new Field('item', new Float32(), false));
  const table = new Table({
    architecture: vectorFromArray(
      rows.map(({ architecture }) => architecture),
      new Dictionary(new Utf8(), new Int32(), 0),
    ),
    seed: vectorFromArray(
      rows.map(({ seed }) => seed),
      new Int32(),
    ),
    ...Object.fromEntries(
      Object.entries(CURVES).map(([column, of]) => [
        column,
        vectorFromArray(
          rows.map((row) => row[of]),
          list,
        ),
      ]),
    ),
    cpu_seconds: vectorFromArray(
      rows.map(({ cpuSeconds }) => cpuSeconds),
      new Float32(),
    ),
  });
  const metadata = new Map([['gradsign.benchmark', EMBEDDED_BENCHMARK], DEFINITION]);
  const described = new Table(new Schema(table.schema.fields, metadata), table.batches);
  writeFileSync(`${path}.new`, tableToIPC(described, 'file'));
  renameSync(`${path}.new`, path);
}

/**
 * The trainings of a file; none where there is no file. Curves have the file's precision, float32.
 * @throws Error for a file of another definition of the benchmark.
 */
export function readResults(path = RESULTS_FILE): Outcomes {
  if (!existsSync(path)) return new Map();
  const table = tableFromIPC(readFileSync(path));
  const [key, expected] = DEFINITION;
  const definition = table.schema.metadata.get(key);
  if (definition !== expected) {
    throw new Error(`${path} has trainings of another definition: ${definition}; this program's is ${expected}`);
  }
  const column = (name: string): Vector => table.getChild(name)!;
  const curve = (name: keyof typeof CURVES, row: number) =>
    Array.from((column(name).get(row) as Vector<Float32>).toArray());
  const outcomes = Array.from({ length: table.numRows }, (_, row) => ({
    architecture: column('architecture').get(row) as string,
    seed: column('seed').get(row) as number,
    trainLoss: curve('train_loss', row),
    trainAccuracy: curve('train_accuracy', row),
    validationAccuracy: curve('validation_accuracy', row),
    testAccuracy: curve('test_accuracy', row),
    cpuSeconds: column('cpu_seconds').get(row) as number,
  }));
  return new Map(outcomes.map((outcome) => [trainingKey(outcome), outcome]));
}
