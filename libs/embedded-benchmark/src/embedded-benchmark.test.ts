import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingRecord } from '@gradsign/benchmarks';
import { runTrainings } from './build';
import { architectureClasses, plannedTrainings, SEEDS, TRAINER } from './definition';
import { TrainingJournal, trainingKey, type TrainingOutcome } from './journal';
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

test('a journal goes on after what was written whole', () => {
  const path = join(folder, 'journal');
  const first = new TrainingJournal(path, new Map());
  first.add(outcome(0, 777));
  first.add(outcome(0, 888));
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"architecture":"|nor_c`);
  const second = new TrainingJournal(path, new Map([[trainingKey(outcome(1, 777)), outcome(1, 777)]]));
  expect(second.done.size).toBe(3);
  second.add(outcome(2, 777));
  expect(new TrainingJournal(path, new Map()).done.get(trainingKey(outcome(2, 777)))).toEqual(outcome(2, 777));
});

test('results survive their file, in the order of the plan', () => {
  const path = join(folder, 'results.arrow');
  const done = [outcome(1, 888), outcome(0, 777), outcome(1, 777)];
  writeResults(path, new Map(done.map((one) => [trainingKey(one), one])));
  expect([...readResults(path).values()]).toEqual([outcome(0, 777), outcome(1, 777), outcome(1, 888)]);
  expect(readResults(join(folder, 'absent')).size).toBe(0);
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
    const done = new Map<string, TrainingOutcome>();
    await runTrainings([shipped], { done, add: (one) => void done.set(trainingKey(one), one) }, { workers: 1 });
    const { cpuSeconds, ...measured } = done.get(trainingKey(shipped))!;
    expect(cpuSeconds).toBeGreaterThan(0);
    runs.push(measured);
  }
  expect(runs[1]).toEqual(runs[0]);
  const last = TRAINER.epochs - 1;
  expect(Math.abs(runs[0].testAccuracy[last] - shipped.testAccuracy[last])).toBeLessThan(5);
});
