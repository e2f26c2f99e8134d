import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Int32, Schema, Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import type { TrainingRecord } from '@gradsign/benchmarks';
import { runTrainings } from './build';
import { architectureClasses, plannedTrainings, SEEDS, TRAINER } from './definition';
import { trainingKey, type TrainingOutcome } from './outcome';
import { readResults, RESULTS_FILE, writeResults } from './results';
import { embeddedSource } from './source';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gradsign-embedded-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const outcome = (i: number, seed: number): TrainingOutcome => {
  const curve = (first: number) => Array.from({ length: TRAINER.epochs }, (_, epoch) => first + epoch / 8);
  return {
    architecture: plannedTrainings()[2 * i].architecture,
    seed,
    trainLoss: curve(i),
    trainAccuracy: curve(i + 10),
    validationAccuracy: curve(i + 20),
    testAccuracy: curve(i + 30),
    cpuSeconds: i + 0.5,
  };
};

test('4,930 classes hold the 15,625 architectures; each is trained with both seeds', () => {
  const classes = architectureClasses();
  expect(classes).toHaveLength(4930);
  expect(new Set(classes.flatMap(({ members }) => members)).size).toBe(15_625);
  const planned = plannedTrainings();
  expect(new Set(planned.map(trainingKey)).size).toBe(9860);
  expect(new Set(planned.map(({ architecture }) => architecture)).size).toBe(4930);
});

test('results survive their file, in the order of the plan', () => {
  const path = join(folder, 'results.arrow');
  const done = [outcome(1, 888), outcome(0, 777), outcome(1, 777)];
  writeResults(path, new Map(done.map((one) => [trainingKey(one), one])));
  expect([...readResults(path).values()]).toEqual([outcome(0, 777), outcome(1, 777), outcome(1, 888)]);
  expect(readResults(join(folder, 'absent')).size).toBe(0);
});

test('trainings of another definition are refused', () => {
  const path = join(folder, 'other.arrow');
  const table = new Table({ seed: vectorFromArray([777], new Int32()) });
  const metadata = new Map([['gradsign.definition', '{"version":"0"}']]);
  writeFileSync(path, tableToIPC(new Table(new Schema(table.schema.fields, metadata), table.batches), 'file'));
  expect(() => readResults(path)).toThrow(/other\.arrow has trainings of another definition: \{"version":"0"\}; this/);
});

test('the source gives every architecture of a class the training of its representative', async () => {
  const path = join(folder, 'results.arrow');
  const classes = architectureClasses();
  const trained = SEEDS.map((seed) => ({ ...outcome(0, seed), architecture: classes[0].representative }));
  writeResults(path, new Map(trained.map((one) => [trainingKey(one), one])));
  const records: TrainingRecord[] = [];
  for await (const unit of embeddedSource(path).read(0)) records.push(...unit.records);
  expect(records).toHaveLength(2 * classes[0].members.length);
  expect(new Set(records.map(({ architecture }) => architecture))).toEqual(new Set(classes[0].members));
  for (const { epochs, final, curves } of records) {
    expect(epochs).toBe(TRAINER.epochs);
    expect(final.testAccuracy).toBe(trained[0].testAccuracy[epochs - 1]);
    expect([...curves!.validAccuracy!]).toEqual(trained[0].validationAccuracy);
    expect(curves!.trainSeconds![epochs - 1]).toBeCloseTo(final.trainSeconds!, 5);
  }
});

test('a shipped training is done again: the same bits on one machine, nearly the same accuracy on another', async () => {
  const [shipped] = readResults(RESULTS_FILE).values();
  const runs = [];
  for (let run = 0; run < 2; run++) {
    const outcomes = new Map<string, TrainingOutcome>();
    await runTrainings([shipped], outcomes, { workers: 1 });
    const { cpuSeconds, ...measured } = outcomes.get(trainingKey(shipped))!;
    expect(cpuSeconds).toBeGreaterThan(0);
    runs.push(measured);
  }
  expect(runs[1]).toEqual(runs[0]);
  const last = TRAINER.epochs - 1;
  expect(Math.abs(runs[0].testAccuracy[last] - shipped.testAccuracy[last])).toBeLessThan(5);
});
