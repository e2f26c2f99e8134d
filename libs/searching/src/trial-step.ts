import type { Proposal, Step, Strategy } from '@gradsign/algorithms';
import { DuplicatePolicy, Profile, ServiceError, toStatus, TrialState, type Trial } from '@gradsign/contracts';
import { attributes, withSpan } from '@gradsign/telemetry';
import { awayRemark } from './attempts';
import type { Clock } from './clocks';
import type { CompiledSearch } from './compile-spec';
import { infeasibility, type Costs } from './costs';
import type { Evaluator, TrialHandle, Verdict } from './evaluator';
import type { Guide, PoolScores } from './guide';
import { withRetries } from './retries';
import type { SearchRecord } from './search-record';

/** What the steps of a search share. */
export interface SearchContext {
  readonly compiled: CompiledSearch;
  readonly record: SearchRecord;
  readonly strategy: Strategy;
  readonly clock: Clock;
  readonly evaluator: Evaluator;
  /** Present where the search is guided. */
  readonly guide?: Guide;
  /** Present where the search has constraints. */
  readonly costs?: (architecture: string) => Costs;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** How a step ended: with an evaluation, with a trial that failed, or with neither. */
export type StepResult = 'evaluated' | 'failed' | 'skipped';

type Ending =
  | Verdict
  | { readonly kind: 'infeasible'; readonly error: ServiceError; readonly seconds: number }
  | { readonly kind: 'reused'; readonly trial: Trial; readonly seconds: number };

/** One step of a search: a pool is scored where the search is guided, a trial is evaluated, the strategy is told. */
export class TrialStep {
  private trial: Trial;
  private scoringSeconds = 0;

  constructor(private readonly context: SearchContext) {
    this.trial = context.record.newTrial('', TrialState.TRIAL_STATE_REQUESTED);
  }

  get number(): number {
    return this.trial.number;
  }

  /**
   * @param ready called when the strategy may be asked for the next trial
   * @throws the abort's reason
   */
  async run(step: Exclude<Step, { kind: 'wait' }>, ready: () => void): Promise<StepResult> {
    const { clock } = this.context;
    const begin = clock.seconds;
    const failure = step.kind === 'score' ? await this.choose(step.pool) : this.propose(step.proposal);
    if (!clock.simulated) ready();
    const ending = failure ?? (await this.evaluate());
    const charged = this.chargedForScoring(step) + ending.seconds;
    const arrival = clock.arrive(this.number, begin, charged);
    ready();
    await arrival;
    this.context.signal.throwIfAborted();
    return this.settle(ending, charged);
  }

  private propose({ architecture, parent = 0, pool = [] }: Proposal): undefined {
    this.update({ state: TrialState.TRIAL_STATE_REQUESTED, architecture, parent, pool: [...pool] });
  }

  /** Scores a pool and proposes its best. When that fails, the trial is the failure of the pool's first member. */
  private async choose(pool: readonly string[]): Promise<Verdict | undefined> {
    const { strategy, signal } = this.context;
    this.update({ state: TrialState.TRIAL_STATE_SCORING });
    const scored = await this.score(pool).catch((error: unknown) => ServiceError.from(error));
    signal.throwIfAborted();
    if (scored instanceof ServiceError) {
      const { architecture, parent, id } = strategy.tellScores(pool.map(() => NaN)).proposal;
      this.propose({ id, architecture, parent });
      return { kind: 'failed', error: scored, seconds: 0 };
    }
    const { proposal } = strategy.tellScores(scored.scores);
    const candidates = pool.map((architecture, i) => ({ architecture, score: scored.values[i] }));
    this.propose({ ...proposal, pool: candidates });
    return undefined;
  }

  private async score(pool: readonly string[]): Promise<PoolScores> {
    const { record, guide, clock, signal, now } = this.context;
    const { maxAttempts, profile } = record.spec;
    const away = (error: ServiceError) => record.commit({ search: { remark: awayRemark('scorer', error) } });
    const progress = (done: number, total: number) => this.progress('scoring', done, total);
    const spanAttributes = { [attributes.ARCHITECTURE_COUNT]: pool.length };
    const ask = () => withSpan('score pool', spanAttributes, () => guide!.score(pool, signal, progress));
    let begin = 0;
    const scores = await withRetries(
      () => {
        begin = now().getTime();
        return profile === Profile.PROFILE_FAIR ? clock.measure(ask) : ask();
      },
      { maxAttempts, signal, away },
    );
    signal.throwIfAborted();
    this.scoringSeconds = (now().getTime() - begin) / 1000;
    const scoringSeconds = record.search.scoringSeconds + this.scoringSeconds;
    record.commit({ search: { scored: scores.scored, scoringSeconds } });
    return scores;
  }

  /** On a simulated clock the specification says what a score costs; on the real one, what it took. */
  private chargedForScoring(step: Step): number {
    const { guidance, evaluation, profile } = this.context.record.spec;
    if (step.kind !== 'score' || profile !== Profile.PROFILE_FAIR) return 0;
    if (evaluation!.$case === 'training') return this.scoringSeconds;
    return new Set(step.pool).size * (guidance!.secondsPerScore ?? 0);
  }

  private async evaluate(): Promise<Ending> {
    const { record, costs, evaluator } = this.context;
    const { architecture } = this.trial;
    if (costs) {
      const { params, flops } = costs(architecture);
      this.trial = { ...this.trial, params: BigInt(params), flops };
      const sentence = infeasibility(record.spec, { params, flops });
      if (sentence) return { kind: 'infeasible', error: new ServiceError('FAILED_PRECONDITION', sentence), seconds: 0 };
    }
    const known =
      record.spec.duplicates === DuplicatePolicy.DUPLICATE_POLICY_REUSE ? record.known(architecture) : undefined;
    if (known) return { kind: 'reused', trial: known, seconds: 0 };
    return withSpan('evaluate trial', { [attributes.ARCHITECTURE]: architecture }, () =>
      evaluator.evaluate(this.handle()),
    );
  }

  private settle(ending: Ending, charged: number): StepResult {
    const { record, strategy, clock } = this.context;
    const spentSeconds = clock.seconds;
    const limit = record.spec.budget!.seconds;
    const eligible = limit === undefined || spentSeconds <= limit;
    const changed = { ...this.trial, chargedSeconds: charged, spentSeconds };
    const commit = (change: Partial<Trial>) =>
      record.commit({ search: { spentSeconds }, trials: [{ ...changed, ...change }] });
    switch (ending.kind) {
      case 'failed':
      case 'infeasible': {
        const infeasible = ending.kind === 'infeasible';
        const state = infeasible ? TrialState.TRIAL_STATE_INFEASIBLE : TrialState.TRIAL_STATE_FAILED;
        commit({ state, error: toStatus(ending.error), evaluationSeconds: ending.seconds });
        strategy.tell(this.number, undefined);
        return infeasible ? 'skipped' : 'failed';
      }
      case 'reused': {
        const { reward, testAccuracy, params, flops, epochs, training } = ending.trial;
        const state = TrialState.TRIAL_STATE_SUCCEEDED;
        commit({ state, eligible, reward, testAccuracy, params, flops, epochs, training });
        strategy.tell(this.number, reward);
        return 'skipped';
      }
      case 'succeeded': {
        const { reward, testAccuracy, seconds, epochs = 0 } = ending;
        const { params = changed.params, flops = changed.flops } = ending;
        const state = TrialState.TRIAL_STATE_SUCCEEDED;
        commit({ state, eligible, reward, testAccuracy, evaluationSeconds: seconds, params, flops, epochs });
        strategy.tell(this.number, reward);
        return 'evaluated';
      }
    }
  }

  private update(change: Partial<Trial>): void {
    this.trial = { ...this.trial, ...change };
    this.context.record.commit({ trials: [this.trial] });
  }

  private progress(phase: 'scoring' | 'training', done: number, total: number): void {
    const { record, now } = this.context;
    record.events.progress({ trial: this.number, phase, done, total }, now());
  }

  private handle(): TrialHandle {
    // A trial changes while its evaluator has it.
    const trial = () => this.trial;
    return {
      get trial() {
        return trial();
      },
      update: (change) => this.update(change),
      progress: (phase, done, total) => this.progress(phase, done, total),
      remark: (remark) => this.context.record.commit({ search: { remark } }),
      signal: this.context.signal,
    };
  }
}
