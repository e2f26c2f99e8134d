import { ServiceError, type Trial } from '@gradsign/contracts';

/** How a trial ended. */
export type Verdict =
  | ({ readonly kind: 'succeeded' } & Outcome)
  | { readonly kind: 'failed'; readonly error: ServiceError; readonly seconds: number };

/** What an evaluation found. */
export interface Outcome {
  /** Validation accuracy in percent. */
  readonly reward: number;
  readonly testAccuracy?: number;
  /** Seconds that the evaluation took, by the clock that the search's budget is measured on. */
  readonly seconds: number;
  readonly params?: bigint;
  readonly flops?: number;
  readonly epochs?: number;
}

/** A trial in the hands of its evaluator. */
export interface TrialHandle {
  readonly trial: Trial;
  /** Records what has changed of the trial. */
  update(change: Partial<Trial>): void;
  progress(phase: 'scoring' | 'training', done: number, total: number): void;
  /** Records what the search did differently, and why. */
  remark(text: string): void;
  /** Aborted when the search has ended, or the server stops. */
  readonly signal: AbortSignal;
}

/** Finds the reward of a trial's architecture. Errors of the evaluation are verdicts; what is thrown is an abort. */
export interface Evaluator {
  evaluate(handle: TrialHandle): Promise<Verdict>;
}
