import { SearchState, TrialState, type Search, type SearchSpec, type Trial } from '@gradsign/contracts';
import { EventLog } from './events';
import { trialName } from './names';
import { isOver, isTerminal, moveCount } from './states';

/** One step in a search's life: what changes together. */
export interface Change {
  readonly search?: Partial<Pick<Search, 'state' | 'spec' | 'error' | 'spentSeconds' | 'scoringSeconds'>> & {
    /** Architectures scored, added to those before. */
    readonly scored?: number;
    readonly remark?: string;
  };
  /** Trials that are new or changed, whole. */
  readonly trials?: readonly Trial[];
}

export interface NewSearch {
  readonly name: string;
  readonly owner: string;
  readonly displayName: string;
  readonly spec: SearchSpec;
}

const MAX_REMARKS = 100;

/**
 * All that is known of a search: the search, its trials and its events. Messages are never changed, only replaced, so
 * whoever has one may keep it. Every change goes through `commit`.
 */
export class SearchRecord {
  readonly events: EventLog;
  private current: Search;
  private readonly list: Trial[] = [];
  /** The first trial that evaluated an architecture. */
  private readonly evaluated = new Map<string, Trial>();
  private revision = 0;

  constructor(
    given: NewSearch,
    private readonly now: () => Date,
  ) {
    this.events = new EventLog(given.name);
    const time = now();
    this.current = {
      ...given,
      state: SearchState.SEARCH_STATE_RUNNING,
      createTime: time,
      updateTime: time,
      endTime: undefined,
      error: undefined,
      trialCounts: { requested: 0, scoring: 0, evaluating: 0, succeeded: 0, failed: 0, infeasible: 0, stopped: 0 },
      spentSeconds: 0,
      scoringSeconds: 0,
      scoredArchitectures: 0n,
      bestTrial: undefined,
      etag: '"1"',
      remarks: [],
    };
    this.events.append({ $case: 'search', value: this.current }, time);
  }

  get search(): Search {
    return this.current;
  }

  get spec(): SearchSpec {
    return this.current.spec!;
  }

  /** By number: the first trial is `trials[0]`. */
  get trials(): readonly Trial[] {
    return this.list;
  }

  get ended(): boolean {
    return isTerminal(this.current.state);
  }

  /** The first trial that succeeded with this architecture. */
  known(architecture: string): Trial | undefined {
    return this.evaluated.get(architecture);
  }

  /** A trial that is not yet part of the record. */
  newTrial(architecture: string, state: TrialState): Trial {
    const number = this.list.length + 1;
    return {
      name: trialName(this.current.name, number),
      number,
      architecture,
      state,
      createTime: this.now(),
      startTime: undefined,
      endTime: undefined,
      chargedSeconds: 0,
      evaluationSeconds: 0,
      pool: [],
      parent: 0,
      eligible: false,
      params: 0n,
      flops: 0,
      attempts: 0,
      error: undefined,
      training: '',
      epochs: 0,
      spentSeconds: 0,
    };
  }

  /** Applies a change as a whole and tells the watchers. A search that has ended changes no more. */
  commit({ search = {}, trials = [] }: Change): void {
    if (this.ended) throw new Error(`${this.current.name} has ended and is changed all the same`);
    const time = this.now();
    const { scored = 0, remark, ...fields } = search;
    let next: Search = { ...this.current, ...fields, updateTime: time, etag: `"${++this.revision + 1}"` };
    next.scoredArchitectures += BigInt(scored);
    const remarkIsNew = remark !== undefined && next.remarks.length < MAX_REMARKS && !next.remarks.includes(remark);
    if (remarkIsNew) next.remarks = [...next.remarks, remark];
    if (isTerminal(next.state)) next.endTime = time;
    const changed = trials.map((trial) => (isOver(trial.state) ? { ...trial, endTime: time } : trial));
    for (const trial of changed) next = this.put(trial, next);
    this.current = next;
    for (const value of changed) this.events.append({ $case: 'trial', value }, time);
    const told = fields.state !== undefined || fields.spec !== undefined || remarkIsNew;
    if (told) this.events.append({ $case: 'search', value: next }, time);
  }

  private put(trial: Trial, search: Search): Search {
    const before = this.list.at(trial.number - 1);
    this.list[trial.number - 1] = trial;
    const trialCounts = moveCount(search.trialCounts!, before?.state, trial.state);
    if (trial.state !== TrialState.TRIAL_STATE_SUCCEEDED) return { ...search, trialCounts };
    if (!this.evaluated.has(trial.architecture)) this.evaluated.set(trial.architecture, trial);
    const best = search.bestTrial;
    const better = trial.eligible && (!best || trial.reward! > best.reward!);
    return { ...search, trialCounts, bestTrial: better ? trial : best };
  }
}
