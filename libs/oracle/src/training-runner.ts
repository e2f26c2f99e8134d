import { setImmediate as nextTurn } from 'node:timers/promises';
import { PoolClosedError, TaskCancelledError, TaskError, type ComputePool } from '@gradsign/compute-pool';
import { toStatus, TrainingState, type Training, type TrainingResult } from '@gradsign/contracts';
import { toServiceError } from '@gradsign/requests';
import { attributes, recordSpans, withSpan } from '@gradsign/telemetry';
import type { LiveTraining } from './live-training';
import type { ModelFiles } from './model-files';
import type { TrainOutcome, TrainProgress, TrainTask } from './task';
import type { TrainingLog } from './training-log';

/** What a runner works with. */
export interface RunnerOptions {
  readonly pool: () => ComputePool;
  readonly models: ModelFiles;
  readonly log: TrainingLog;
  readonly now: () => Date;
  /** Called at the end, when nobody can have seen it yet. */
  readonly onEnd: (live: LiveTraining, cause: unknown) => void;
}

/** Runs trainings on the pool and keeps their ends. */
export class TrainingRunner {
  private stopping = false;

  constructor(private readonly options: RunnerOptions) {}

  /** From now on, trainings that are stopped have failed, and nothing of them is kept. */
  stop(): void {
    this.stopping = true;
  }

  /** Begins a training, in a span of the caller's trace. Sets `accepted`, which rejects at once when the queue is full. */
  begin(live: LiveTraining, task: TrainTask): void {
    const outcome = this.train(live, task);
    live.accepted = Promise.race([outcome.then(() => {}), nextTurn()]).catch((error: unknown) => {
      throw toServiceError(error, 'spec');
    });
    live.ended = live.accepted.then(
      () => this.end(live, outcome),
      () => {},
    );
  }

  private train(live: LiveTraining, task: TrainTask): Promise<TrainOutcome> {
    const spanAttributes = {
      [attributes.SEARCH_SPACE]: task.space,
      [attributes.ARCHITECTURE]: task.architecture,
      [attributes.DATASET]: task.dataset,
      [attributes.EPOCHS]: task.settings.epochs,
      [attributes.SEED]: String(task.seed),
    };
    const onProgress = (progress: unknown) => live.report(progress as TrainProgress, this.options.now);
    return withSpan('train network', spanAttributes, async () => {
      try {
        const request = { kind: 'train', payload: task };
        const { result, spans } = await this.options.pool().run<TrainOutcome>(request, {
          signal: live.signal,
          onProgress,
        });
        recordSpans(spans);
        return result;
      } catch (error) {
        if (error instanceof TaskError) recordSpans(error.spans);
        throw error;
      }
    });
  }

  /** Waits for the outcome and keeps it; only then it can be seen. */
  private async end(live: LiveTraining, outcome: Promise<TrainOutcome>): Promise<void> {
    let cause: unknown;
    let change: Partial<Training>;
    try {
      change = await outcome.then((done) => this.success(live, done));
    } catch (error) {
      cause = error;
      change = this.failure(error);
    }
    const training = { ...live.training, ...change, endTime: this.options.now() };
    try {
      // Not of what a stop interrupts: as if the process had died, who asks again after a restart trains again.
      const interrupted = cause !== undefined && (this.stopping || cause instanceof PoolClosedError);
      if (!interrupted) await this.keep(live, training);
    } catch (error) {
      cause = error;
      change = { ...training, ...this.failure(error), result: undefined };
    }
    live.update({ ...training, ...change });
    this.options.onEnd(live, cause);
  }

  private async keep({ identity, requests }: LiveTraining, training: Training): Promise<void> {
    await this.options.log.append({ identity, requests: [...requests], training });
  }

  private async success({ training }: LiveTraining, { model, result }: TrainOutcome): Promise<Partial<Training>> {
    const modelSha256 = await this.options.models.keep(model);
    const complete: TrainingResult = { ...result, modelSha256, reused: false };
    return { state: TrainingState.TRAINING_STATE_SUCCEEDED, step: training.steps, result: complete };
  }

  private failure(error: unknown): Partial<Training> {
    if (error instanceof TaskCancelledError && !this.stopping) {
      return { state: TrainingState.TRAINING_STATE_CANCELLED };
    }
    const failure = toServiceError(this.stopping ? new PoolClosedError() : error, 'spec');
    return { state: TrainingState.TRAINING_STATE_FAILED, error: toStatus(failure) };
  }
}
