import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import type { TrainingId } from './definition';

/** What a training measured; one value after each epoch. */
export interface TrainingOutcome extends TrainingId {
  readonly trainLoss: readonly number[];
  /** Percent. */
  readonly trainAccuracy: readonly number[];
  readonly validationAccuracy: readonly number[];
  readonly testAccuracy: readonly number[];
  /** Processor time of the whole training with its evaluations. */
  readonly cpuSeconds: number;
}

export const trainingKey = ({ architecture, seed }: TrainingId): string => `${architecture} ${seed}`;

/** The trainings that are done, one JSON line each: what is broken off goes on from here. */
export class TrainingJournal {
  readonly done: Map<string, TrainingOutcome>;
  private readonly file: number;

  /** @param known trainings that are done already and not in the journal */
  constructor(
    private readonly path: string,
    known: ReadonlyMap<string, TrainingOutcome>,
  ) {
    this.done = new Map(known);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    // What follows the last line break was cut off while it was written.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').filter(Boolean)) {
      const outcome = JSON.parse(line) as TrainingOutcome;
      this.done.set(trainingKey(outcome), outcome);
    }
    this.file = openSync(path, 'a');
    ftruncateSync(this.file, Buffer.byteLength(whole));
  }

  add(outcome: TrainingOutcome): void {
    this.done.set(trainingKey(outcome), outcome);
    writeSync(this.file, `${JSON.stringify(outcome)}\n`);
  }

  /** When what it has is kept elsewhere. */
  remove(): void {
    closeSync(this.file);
    rmSync(this.path);
  }
}
