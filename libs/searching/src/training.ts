import {
  fromStatus,
  ServiceError,
  TrainingState,
  type OracleApi,
  type Training,
  type TrainingEvaluation,
  type Trial,
} from '@gradsign/contracts';
import { inAttempts } from './attempts';
import type { Clock } from './clocks';
import type { Evaluator, Outcome, TrialHandle, Verdict } from './evaluator';
import type { SearchRecord } from './search-record';

/** Rewards from real training: validation accuracy after the last epoch; an evaluation takes its real time. */
export class TrainingEvaluator implements Evaluator {
  constructor(
    private readonly oracle: OracleApi,
    private readonly evaluation: TrainingEvaluation,
    private readonly record: SearchRecord,
    private readonly clock: Clock,
    private readonly now: () => Date,
  ) {}

  evaluate(handle: TrialHandle): Promise<Verdict> {
    const options = { maxAttempts: this.record.spec.maxAttempts, now: this.now };
    return this.clock.measure(async () => {
      const verdict = await inAttempts(handle, options, (attempt) => this.train(handle, attempt));
      return { ...verdict, seconds: this.secondsOf(handle.trial) };
    });
  }

  private async train(handle: TrialHandle, attempt: number): Promise<Outcome> {
    const { dataset, network, trainer, seed } = this.evaluation;
    const { architecture, name } = handle.trial;
    const spec = { space: this.record.spec.space, architecture, dataset, network, trainer, seed };
    // Not abortable: a training that has been started must be known, or it could not be cancelled.
    const { training } = await this.oracle.startTraining({
      spec,
      requestId: `${name}/attempts/${attempt}`,
      recompute: false,
    });
    if (!training) throw new ServiceError('INTERNAL', 'the benchmark oracle answered without a training');
    try {
      handle.signal.throwIfAborted();
      if (handle.trial.training !== training.name) handle.update({ training: training.name });
      return this.outcome(handle.trial, await this.watch(handle, training.name));
    } catch (error) {
      if (handle.signal.aborted && this.record.ended) {
        // A training that has ended meanwhile cannot be cancelled, which is as well.
        await this.oracle.cancelTraining({ name: training.name }).catch(() => undefined);
      }
      throw error;
    }
  }

  private async watch({ signal, progress }: TrialHandle, name: string): Promise<Training> {
    let last: Training | undefined;
    for await (const { training } of this.oracle.watchTraining({ name }, { signal })) {
      signal.throwIfAborted();
      last = training;
      if (training?.state === TrainingState.TRAINING_STATE_RUNNING) progress('training', training.step, training.steps);
    }
    signal.throwIfAborted();
    switch (last?.state) {
      case TrainingState.TRAINING_STATE_SUCCEEDED:
        return last;
      case TrainingState.TRAINING_STATE_FAILED:
        throw last.error ? fromStatus(last.error) : new ServiceError('UNKNOWN', `${name} failed without a reason`);
      case TrainingState.TRAINING_STATE_CANCELLED:
        throw new ServiceError('ABORTED', `${name} was cancelled`);
      default:
        throw new ServiceError('UNAVAILABLE', `the watch of ${name} ended before the training did`);
    }
  }

  private outcome(trial: Trial, { result, curve }: Training): Outcome {
    if (!result) throw new ServiceError('INTERNAL', 'a training succeeded without a result');
    const { validationAccuracy, testAccuracy, params, flops } = result;
    const seconds = this.secondsOf(trial);
    return { reward: validationAccuracy, testAccuracy, seconds, params, flops, epochs: curve.length };
  }

  private secondsOf({ startTime }: Trial): number {
    return (this.now().getTime() - startTime!.getTime()) / 1000;
  }
}
