import { ServiceError, TrialState } from '@gradsign/contracts';
import type { Outcome, TrialHandle, Verdict } from './evaluator';
import { withRetries } from './retries';

/** The sentence that a search remarks about a service that does not answer. */
export function awayRemark(service: string, { code, message }: ServiceError): string {
  return `the ${service} was away (${code}: ${message}); the search waited and asked again`;
}

/** Evaluates a trial by calls of the oracle, in as many attempts as are allowed. */
export async function inAttempts(
  handle: TrialHandle,
  { maxAttempts, now }: { readonly maxAttempts: number; readonly now: () => Date },
  work: (attempt: number) => Promise<Outcome>,
): Promise<Verdict> {
  const { signal } = handle;
  const away = (error: ServiceError) => handle.remark(awayRemark('benchmark oracle', error));
  try {
    const attempted = async (attempt: number) => {
      if (attempt > handle.trial.attempts) {
        const startTime = handle.trial.startTime ?? now();
        handle.update({ state: TrialState.TRIAL_STATE_EVALUATING, startTime, attempts: attempt });
      }
      return checked(await work(attempt));
    };
    return { kind: 'succeeded', ...(await withRetries(attempted, { maxAttempts, signal, away })) };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'failed', error: ServiceError.from(error), seconds: 0 };
  }
}

function checked(outcome: Outcome): Outcome {
  if (Number.isFinite(outcome.reward)) return outcome;
  throw new ServiceError('FAILED_PRECONDITION', `the accuracy is ${outcome.reward}, not a finite number`);
}
