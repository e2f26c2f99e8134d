import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import {
  fromStatus,
  SearchState,
  ServiceError,
  TrialState,
  type ExternalResult,
  type SearchSpec,
  type Trial,
} from '@gradsign/contracts';
import { Violations } from '@gradsign/service-kit';
import { BenchmarkEvaluator } from './benchmark';
import type { Services } from './check-services';
import { RealClock, SimulatedClock, SumClock, type Clock } from './clocks';
import type { CompiledSearch } from './compile-spec';
import { costCounter } from './costs';
import type { Evaluator, Verdict } from './evaluator';
import { ExternalEvaluator } from './external';
import { Guide } from './guide';
import { Runner } from './runner';
import type { SearchRecord } from './search-record';
import { searchStateName } from './states';
import { TrainingEvaluator } from './training';
import { trialName } from './names';

const MAX_RESULTS = 10_000;

/** A search with its record and its loop: what callers may do to it, and when. */
export class RunningSearch {
  private readonly runner: Runner;
  private readonly evaluator: Evaluator;

  constructor(
    compiled: CompiledSearch,
    readonly record: SearchRecord,
    services: Services,
    now: () => Date,
  ) {
    const abort = new AbortController();
    // Every trial that runs listens, and every call that it waits for.
    setMaxListeners(0, abort.signal);
    const { spec, space } = compiled;
    const { maxParams, maxFlops } = spec.constraints ?? {};
    const clock = clockOf(spec, now);
    this.evaluator = evaluatorOf(spec, record, clock, services, now);
    this.runner = new Runner(
      {
        compiled,
        record,
        strategy: compiled.createStrategy(),
        clock,
        evaluator: this.evaluator,
        ...(spec.guidance && { guide: new Guide(services.scorer, spec) }),
        ...((maxParams !== undefined || maxFlops !== undefined) && { costs: costCounter(spec, space) }),
        signal: abort.signal,
        now,
      },
      abort,
    );
    this.runner.start();
  }

  pause(): void {
    this.require('paused', SearchState.SEARCH_STATE_RUNNING);
    this.record.commit({ search: { state: SearchState.SEARCH_STATE_PAUSED } });
  }

  resume(): void {
    this.require('resumed', SearchState.SEARCH_STATE_PAUSED);
    this.record.commit({ search: { state: SearchState.SEARCH_STATE_RUNNING } });
    this.runner.wake();
  }

  stop(): void {
    this.require('stopped', SearchState.SEARCH_STATE_RUNNING, SearchState.SEARCH_STATE_PAUSED);
    this.runner.stop();
  }

  /** The specification has been checked. */
  update(spec: SearchSpec): void {
    this.require('updated', SearchState.SEARCH_STATE_RUNNING, SearchState.SEARCH_STATE_PAUSED);
    this.record.commit({ search: { spec } });
    this.runner.wake();
  }

  async close(): Promise<void> {
    await this.runner.close();
  }

  /** Trials for the caller to evaluate; none where as many are outstanding as may be, or the search is paused. */
  async ask(max: number, signal?: AbortSignal): Promise<Trial[]> {
    const evaluator = this.external('asked for trials');
    this.require('asked for trials', SearchState.SEARCH_STATE_RUNNING, SearchState.SEARCH_STATE_PAUSED);
    await this.runner.idle(signal);
    // It may have ended or been paused meanwhile.
    return this.record.search.state === SearchState.SEARCH_STATE_RUNNING ? evaluator.ask(max) : [];
  }

  /** All results or none. Equal results may be told again. */
  async tell(results: readonly ExternalResult[]): Promise<void> {
    const evaluator = this.external('told results');
    this.checkResults(results);
    const fresh = results.filter((result) => !this.repeats(result));
    if (fresh.length === 0) return;
    this.require('told results', SearchState.SEARCH_STATE_RUNNING, SearchState.SEARCH_STATE_PAUSED);
    for (const { trial } of fresh) this.requireAsked(trial);
    for (const result of fresh) evaluator.tell(result.trial, verdictOf(result));
    for (const { trial } of fresh) await this.runner.settled(trial);
  }

  /** @throws ServiceError FAILED_PRECONDITION unless the search is in one of the states. */
  require(done: string, ...states: SearchState[]): void {
    const { state, name } = this.record.search;
    if (states.includes(state)) return;
    const sentence = `${name} is ${searchStateName(state)}; only a search that is ${states.map(searchStateName).join(' or ')} can be ${done}`;
    throw new ServiceError('FAILED_PRECONDITION', sentence, {
      reason: 'SEARCH_STATE',
      metadata: { state: searchStateName(state) },
    });
  }

  private external(done: string): ExternalEvaluator {
    const { evaluator } = this;
    if (evaluator instanceof ExternalEvaluator) return evaluator;
    const sentence = `${this.record.search.name} evaluates its trials itself; only a search with external evaluation can be ${done}`;
    throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'NOT_EXTERNAL' });
  }

  private checkResults(results: readonly ExternalResult[]): void {
    const violations = new Violations();
    const rule = `${results.length} results are given; between 1 and ${MAX_RESULTS} are allowed`;
    violations.check(results.length >= 1 && results.length <= MAX_RESULTS, 'results', rule);
    results.forEach(({ trial, outcome, seconds }, i) => {
      const field = `results[${i}]`;
      violations.check(trial >= 1, `${field}.trial`, `${trial} is not a trial's number; 1 is the first`);
      const first = results.findIndex((other) => other.trial === trial) === i;
      violations.check(first, `${field}.trial`, `trial ${trial} is given twice; a trial may be given once`);
      violations.required(`${field}.outcome`, outcome);
      if (outcome?.$case === 'reward') violations.range(`${field}.reward`, outcome.value, { min: 0, max: 100 });
      if (outcome?.$case === 'failure') violations.required(`${field}.failure`, outcome.value);
      violations.range(`${field}.seconds`, seconds, { min: 0, max: 1e12 });
    });
    violations.throwIfAny();
    for (const { trial } of results) {
      if (trial <= this.record.trials.length) continue;
      throw new ServiceError('NOT_FOUND', `there is no ${trialName(this.record.search.name, trial)}`);
    }
  }

  /** Whether the trial has this very result already. @throws ServiceError ALREADY_EXISTS when it has another. */
  private repeats(result: ExternalResult): boolean {
    const trial = this.record.trials[result.trial - 1];
    const known = resultOf(trial);
    if (!known) return false;
    if (isDeepStrictEqual(known, result)) return true;
    throw new ServiceError('ALREADY_EXISTS', `${trial.name} has another result already; a result cannot be changed`);
  }

  private requireAsked(number: number): void {
    const { name, state, attempts } = this.record.trials[number - 1];
    const open = state === TrialState.TRIAL_STATE_EVALUATING || state === TrialState.TRIAL_STATE_REQUESTED;
    if (open && attempts > 0) return;
    const is = TrialState[state].replace('TRIAL_STATE_', '');
    const sentence = `${name} is ${is}; only a trial that AskTrials has returned can be told a result`;
    throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'TRIAL_STATE', metadata: { state: is } });
  }
}

function clockOf({ evaluation }: SearchSpec, now: () => Date): Clock {
  if (evaluation!.$case === 'training') return new RealClock(now);
  return evaluation!.$case === 'external' ? new SumClock() : new SimulatedClock();
}

function evaluatorOf(
  { evaluation }: SearchSpec,
  record: SearchRecord,
  clock: Clock,
  { oracle }: Services,
  now: () => Date,
): Evaluator {
  switch (evaluation!.$case) {
    case 'benchmark':
      return new BenchmarkEvaluator(oracle, evaluation!.value, record, now);
    case 'training':
      return new TrainingEvaluator(oracle, evaluation!.value, record, clock, now);
    case 'external':
      return new ExternalEvaluator(evaluation!.value, record, now);
  }
}

function verdictOf({ outcome, seconds }: ExternalResult): Verdict {
  return outcome!.$case === 'reward'
    ? { kind: 'succeeded', reward: outcome!.value, seconds }
    : { kind: 'failed', error: new ServiceError('ABORTED', outcome!.value, { reason: 'TOLD' }), seconds };
}

/** The result that a trial was told; undefined when it has none from a caller. */
function resultOf({ number, state, reward, evaluationSeconds: seconds, error }: Trial): ExternalResult | undefined {
  if (state === TrialState.TRIAL_STATE_SUCCEEDED) {
    return { trial: number, outcome: { $case: 'reward', value: reward! }, seconds };
  }
  const failure = error && fromStatus(error);
  if (failure?.reason !== 'TOLD') return undefined;
  return { trial: number, outcome: { $case: 'failure', value: failure.message }, seconds };
}
