import { ServiceError, TrialState, type ExternalEvaluation, type Trial } from '@gradsign/contracts';
import type { Evaluator, TrialHandle, Verdict } from './evaluator';
import type { SearchRecord } from './search-record';

interface OpenTrial {
  readonly handle: TrialHandle;
  readonly settle: (verdict: Verdict) => void;
  /** Runs while a caller has the trial and a timeout is set. */
  timer?: NodeJS.Timeout;
}

/** Rewards from callers: trials wait here to be asked for, and then for their results. */
export class ExternalEvaluator implements Evaluator {
  private readonly open = new Map<number, OpenTrial>();
  private readonly timeoutMs: number | undefined;

  constructor(
    { trialTimeout }: ExternalEvaluation,
    private readonly record: SearchRecord,
    private readonly now: () => Date,
  ) {
    this.timeoutMs = trialTimeout && Number(trialTimeout.seconds) * 1000 + trialTimeout.nanos / 1e6;
  }

  evaluate(handle: TrialHandle): Promise<Verdict> {
    const { number } = handle.trial;
    return new Promise<Verdict>((resolve, reject) => {
      const abort = () => {
        this.close(number);
        reject(handle.signal.reason as Error);
      };
      handle.signal.addEventListener('abort', abort);
      const settle = (verdict: Verdict) => {
        handle.signal.removeEventListener('abort', abort);
        this.close(number);
        resolve(verdict);
      };
      this.open.set(number, { handle, settle });
    });
  }

  /** Hands out at most `max` of the trials that wait, oldest first. */
  ask(max: number): Trial[] {
    const waiting = [...this.open.values()].filter(({ handle }) => isRequested(handle.trial));
    waiting.sort((a, b) => a.handle.trial.number - b.handle.trial.number);
    return waiting.slice(0, max).map((trial) => {
      const { handle } = trial;
      const attempts = handle.trial.attempts + 1;
      handle.update({ state: TrialState.TRIAL_STATE_EVALUATING, startTime: this.now(), attempts });
      if (this.timeoutMs !== undefined) trial.timer = setTimeout(() => this.expire(trial), this.timeoutMs);
      return handle.trial;
    });
  }

  /** The result of a trial that has been asked for, in time or not. The caller has checked that it is open. */
  tell(number: number, verdict: Verdict): void {
    this.open.get(number)!.settle(verdict);
  }

  private expire({ handle, settle }: OpenTrial): void {
    const { attempts } = handle.trial;
    if (attempts < this.record.spec.maxAttempts) {
      handle.update({ state: TrialState.TRIAL_STATE_REQUESTED });
      return;
    }
    const sentence = `no result was told within ${this.timeoutMs! / 1000} s, ${attempts} times`;
    settle({ kind: 'failed', error: new ServiceError('DEADLINE_EXCEEDED', sentence), seconds: 0 });
  }

  private close(number: number): void {
    clearTimeout(this.open.get(number)?.timer);
    this.open.delete(number);
  }
}

function isRequested({ state }: Trial): boolean {
  return state === TrialState.TRIAL_STATE_REQUESTED;
}
