import { ServiceError, type BenchmarkEvaluation, type Evaluation, type OracleApi } from '@gradsign/contracts';
import { inAttempts } from './attempts';
import type { Evaluator, Outcome, TrialHandle, Verdict } from './evaluator';
import type { SearchRecord } from './search-record';

/** Rewards from a benchmark table; an evaluation takes the seconds of its training and one pass over the split. */
export class BenchmarkEvaluator implements Evaluator {
  constructor(
    private readonly oracle: OracleApi,
    private readonly evaluation: BenchmarkEvaluation,
    private readonly record: SearchRecord,
    private readonly now: () => Date,
  ) {}

  evaluate(handle: TrialHandle): Promise<Verdict> {
    const { benchmark, reward: settings } = this.evaluation;
    const { signal } = handle;
    return inAttempts(handle, { maxAttempts: this.record.spec.maxAttempts, now: this.now }, async () => {
      const request = { benchmark, architecture: handle.trial.architecture, settings };
      const { evaluation } = await this.oracle.getEvaluation(request, { signal });
      if (!evaluation) throw new ServiceError('INTERNAL', 'the benchmark oracle answered without an evaluation');
      return this.outcome(evaluation, handle);
    });
  }

  private outcome(evaluation: Evaluation, handle: TrialHandle): Outcome {
    const { accuracy, params, flops, epochs } = evaluation;
    const seconds = this.seconds(evaluation, handle);
    return { reward: accuracy, seconds, params: params || undefined, flops, epochs };
  }

  /** @throws ServiceError FAILED_PRECONDITION when the budget is in seconds and the table does not have them. */
  private seconds({ trainSeconds, evalSeconds }: Evaluation, handle: TrialHandle): number {
    const { benchmark } = this.evaluation;
    if (trainSeconds === undefined) {
      if (this.record.spec.budget!.seconds !== undefined) {
        const sentence = `the budget is in seconds, and "${benchmark}" does not have the seconds of this training`;
        throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'SECONDS_UNKNOWN' });
      }
      handle.remark(`"${benchmark}" does not have the seconds of the trainings; evaluations are charged nothing`);
      return 0;
    }
    if (evalSeconds === undefined) {
      handle.remark(`"${benchmark}" does not have the seconds of a pass over the split; only training is charged`);
    }
    return trainSeconds + (evalSeconds ?? 0);
  }
}
