import { SearchState, TrialState, type Search, type SearcherApi, type Trial } from '@gradsign/contracts';

/** What a follower hears of a search. */
export interface Followed {
  readonly search: Search;
  /** Trials that have ended. */
  readonly ended: number;
  /** The trials with work in progress: number, phase, done, total. */
  readonly running: ReadonlyMap<number, { readonly phase: string; readonly done: number; readonly total: number }>;
}

const ENDED: readonly TrialState[] = [
  TrialState.TRIAL_STATE_SUCCEEDED,
  TrialState.TRIAL_STATE_FAILED,
  TrialState.TRIAL_STATE_INFEASIBLE,
  TrialState.TRIAL_STATE_STOPPED,
];

export interface FollowOptions {
  readonly onChange?: (now: Followed) => void;
  /** Hears of a trial when it was created and at each change of its state. */
  readonly onTrial?: (trial: Trial) => void;
}

/** Follows a search from its first event to its end; the search as it ended. */
export async function followSearch(
  searcher: SearcherApi,
  created: Search,
  { onChange, onTrial }: FollowOptions = {},
): Promise<Search> {
  let search = created;
  const ended = new Set<number>();
  const running = new Map<number, { phase: string; done: number; total: number }>();
  for await (const { event } of searcher.watchSearch({ name: created.name, cursor: '' })) {
    if (event?.$case === 'search') search = event.value;
    if (event?.$case === 'trial') {
      noteTrial(event.value, ended, running);
      onTrial?.(event.value);
    }
    if (event?.$case === 'progress' && !ended.has(event.value.trial)) {
      const { trial, phase, done, total } = event.value;
      running.set(trial, { phase, done, total });
    }
    onChange?.({ search, ended: ended.size, running });
  }
  // Counters change without an event of their own.
  return (await searcher.getSearch({ name: search.name })).search!;
}

function noteTrial({ number, state }: Trial, ended: Set<number>, running: Map<number, unknown>): void {
  if (!ENDED.includes(state)) return;
  ended.add(number);
  running.delete(number);
}

/** Every trial of a search, in order. */
export async function listTrials(searcher: SearcherApi, parent: string): Promise<Trial[]> {
  const all: Trial[] = [];
  let pageToken = '';
  do {
    const page = await searcher.listTrials({ parent, pageSize: 1000, pageToken, filter: '' });
    all.push(...page.trials);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return all;
}

/** The name of a search's state as people write it. */
export function stateName(state: SearchState): string {
  return SearchState[state].replace('SEARCH_STATE_', '');
}
