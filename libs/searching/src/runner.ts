import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Step } from '@gradsign/algorithms';
import { fromStatus, SearchState, ServiceError, toStatus, TrialState } from '@gradsign/contracts';
import { attributes, withRootSpan } from '@gradsign/telemetry';
import { isOver } from './states';
import { TrialStep, type SearchContext, type StepResult } from './trial-step';

/** A search that proposes this many architectures in a row without evaluating one will not get further. */
const MAX_SKIPPED = 10_000;

/** The loop of a search: starts steps while there is room and budget, and ends the search. */
export class Runner {
  /** The steps that run, by their trials' numbers. */
  private readonly steps = new Map<number, Promise<void>>();
  private evaluated = 0;
  private failed = 0;
  private skipped = 0;
  /** Whether the strategy wants a result before it proposes more. */
  private strategyWaits = false;
  private asleep?: () => void;
  private readonly idlers = new Set<() => void>();
  private done?: Promise<void>;

  constructor(
    private readonly context: SearchContext,
    private readonly abort: AbortController,
  ) {}

  start(): void {
    this.done = this.run().catch((error: unknown) => this.fail(ServiceError.from(error)));
  }

  /** Tells the loop that something has changed: state, budget, parallelism. */
  wake(): void {
    const { asleep } = this;
    this.asleep = undefined;
    asleep?.();
  }

  /** Resolves when all is proposed that can be. @throws ServiceError CANCELLED when the caller leaves before. */
  async idle(signal?: AbortSignal): Promise<void> {
    while (!this.asleep && !this.abort.signal.aborted) {
      if (signal?.aborted) throw new ServiceError('CANCELLED', 'the caller has left');
      await new Promise<void>((resolve) => {
        const done = () => {
          signal?.removeEventListener('abort', done);
          this.idlers.delete(done);
          resolve();
        };
        signal?.addEventListener('abort', done);
        this.idlers.add(done);
      });
    }
  }

  /** Resolves when the step of a trial has ended. */
  async settled(trial: number): Promise<void> {
    await this.steps.get(trial);
  }

  /** Ends the search by its caller's will. */
  stop(): void {
    this.end(SearchState.SEARCH_STATE_STOPPED);
  }

  /** Leaves the search where it is, and waits until nothing of it runs. */
  async close(): Promise<void> {
    this.abort.abort(new ServiceError('UNAVAILABLE', 'the server is stopping', { reason: 'STOPPING' }));
    this.context.record.events.close();
    this.wake();
    await this.done;
  }

  private async run(): Promise<void> {
    const { record, clock } = this.context;
    const { signal } = this.abort;
    while (!signal.aborted) {
      // Requests get their turn even where no answer has to be waited for.
      await nextTurn();
      if (signal.aborted) break;
      const running = record.search.state === SearchState.SEARCH_STATE_RUNNING;
      const step = running && this.hasRoom() ? this.context.strategy.ask() : undefined;
      this.strategyWaits = step?.kind === 'wait' || (this.strategyWaits && step === undefined);
      if (step && step.kind !== 'wait') {
        await this.begin(step);
      } else if (this.steps.size > 0) {
        await this.progress();
      } else if (!running) {
        await this.sleep();
      } else if (step) {
        this.fail(new ServiceError('INTERNAL', 'the strategy waits although no trial is outstanding'));
      } else {
        this.end(SearchState.SEARCH_STATE_SUCCEEDED);
      }
    }
    // Trials that wait for their turn find out that there will be none.
    while (clock.release() !== undefined);
    await Promise.all(this.steps.values());
    this.wakeIdlers();
  }

  private hasRoom(): boolean {
    const { record, clock } = this.context;
    const { budget, parallelism } = record.spec;
    const { seconds = Infinity, trials = Infinity } = budget!;
    const outstanding = this.steps.size;
    return (
      !this.strategyWaits &&
      outstanding < parallelism &&
      clock.seconds < seconds &&
      this.evaluated + outstanding < trials
    );
  }

  /** Starts a step; resolves when the strategy may be asked again. */
  private begin(step: Exclude<Step, { kind: 'wait' }>): Promise<void> {
    const { compiled, record } = this.context;
    const trial = new TrialStep(this.context);
    const spanAttributes = {
      [attributes.SEARCH_NAME]: record.search.name,
      [attributes.SEARCH_ALGORITHM]: compiled.algorithm,
      [attributes.SEARCH_SPACE]: compiled.space.name,
      [attributes.TRIAL_NUMBER]: trial.number,
    };
    return new Promise((ready) => {
      const ended = withRootSpan('search step', spanAttributes, async (span) => {
        const result = await trial.run(step, ready);
        span.setAttribute(attributes.ARCHITECTURE, record.trials[trial.number - 1].architecture);
        return result;
      })
        .then((result) => this.count(trial.number, result))
        .catch((error: unknown) => this.fail(ServiceError.from(error)))
        .finally(() => {
          this.steps.delete(trial.number);
          this.strategyWaits = false;
          ready();
          this.wake();
        });
      this.steps.set(trial.number, ended);
    });
  }

  /** Waits for a step to end: on a simulated clock, for the one whose turn it is. */
  private async progress(): Promise<void> {
    const { clock } = this.context;
    if (!clock.simulated) return this.sleep();
    const trial = clock.release();
    await (trial === undefined ? Promise.race(this.steps.values()) : this.steps.get(trial));
  }

  private count(trial: number, result: StepResult): void {
    const { record } = this.context;
    if (result === 'evaluated') this.evaluated++;
    this.skipped = result === 'skipped' ? this.skipped + 1 : 0;
    if (result === 'failed' && ++this.failed > record.spec.maxFailedTrials) {
      this.fail(fromStatus(record.trials[trial - 1].error!));
    } else if (this.skipped >= MAX_SKIPPED) {
      const sentence =
        `the last ${MAX_SKIPPED} proposals were outside the constraints or known already, ` +
        'so that there is nothing left to evaluate';
      this.fail(new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'NOTHING_TO_EVALUATE' }));
    }
  }

  private fail(error: ServiceError): void {
    this.end(SearchState.SEARCH_STATE_FAILED, error);
  }

  /** Ends the search, with the trials that still run, and makes their steps stop. */
  private end(state: SearchState, error?: ServiceError): void {
    const { record } = this.context;
    // What steps throw after the end is its consequence.
    if (record.ended || this.abort.signal.aborted) return;
    const trials = [...this.steps.keys()]
      .map((number) => record.trials[number - 1])
      .filter((trial) => !isOver(trial.state))
      .map((trial) => ({ ...trial, state: TrialState.TRIAL_STATE_STOPPED }));
    record.commit({
      search: { state, spentSeconds: this.context.clock.seconds, error: error && toStatus(error) },
      trials,
    });
    this.abort.abort(new ServiceError('CANCELLED', 'the search has ended'));
    this.wake();
  }

  private sleep(): Promise<void> {
    const slept = new Promise<void>((resolve) => (this.asleep = resolve));
    this.wakeIdlers();
    return slept;
  }

  private wakeIdlers(): void {
    for (const done of [...this.idlers]) done();
  }
}
