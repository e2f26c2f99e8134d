import { EventEmitter, once } from 'node:events';
import { TrainingState, type Training } from '@gradsign/contracts';
import type { TrainProgress } from './task';
import { hasEnded } from './training-log';

/** A training from its start to its end and after, with those who watch it. */
export class LiveTraining {
  /** Keys of the requests that started it, or joined it while it ran. */
  readonly requests: Set<string>;
  /** Settles when it is known whether the pool takes it: at once. */
  accepted: Promise<unknown> = Promise.resolve();
  /** Settles when it has ended and its end is kept. */
  ended: Promise<unknown> = Promise.resolve();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly abort = new AbortController();

  constructor(
    /** See `trainingIdentity`. */
    readonly identity: string,
    private present: Training,
    requests: readonly string[] = [],
  ) {
    this.requests = new Set(requests);
  }

  /** Its present state: a value that never changes. */
  get training(): Training {
    return this.present;
  }

  /** Aborted when the training is to stop. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  stop(): void {
    this.abort.abort();
  }

  update(change: Partial<Training>): void {
    this.present = { ...this.present, ...change };
    this.changes.emit('change');
  }

  /** Takes in what a worker tells. */
  report(progress: TrainProgress, now: () => Date): void {
    switch (progress.type) {
      case 'started':
        this.update({ state: TrainingState.TRAINING_STATE_RUNNING, startTime: now(), step: 0, curve: [] });
        break;
      case 'step':
        this.update({ step: progress.step });
        break;
      case 'epoch':
        this.update({ step: progress.step, curve: [...this.present.curve, progress.metrics] });
    }
  }

  /**
   * The present state, then the latest one after each change, until the end. Who takes them slowly misses states, never
   * the last one. Ends early when the signal is aborted.
   */
  async *watch(signal: AbortSignal | undefined): AsyncGenerator<Training> {
    for (;;) {
      const seen = this.present;
      yield seen;
      if (hasEnded(seen)) return;
      try {
        if (this.present === seen) await once(this.changes, 'change', { signal });
      } catch (error) {
        if (!signal?.aborted) throw error;
      }
      if (signal?.aborted) return;
    }
  }
}
