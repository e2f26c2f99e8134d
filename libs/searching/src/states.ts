import { SearchState, TrialState, type TrialCounts } from '@gradsign/contracts';

/** Whether a search in this state has ended. */
export function isTerminal(state: SearchState): boolean {
  return (
    state === SearchState.SEARCH_STATE_SUCCEEDED ||
    state === SearchState.SEARCH_STATE_FAILED ||
    state === SearchState.SEARCH_STATE_STOPPED
  );
}

/** The contract's name of a search's state without its prefix, for instance `PAUSED`. */
export function searchStateName(state: SearchState): string {
  return SearchState[state].replace('SEARCH_STATE_', '');
}

/** The counter of each state of a trial. */
const COUNTERS: Readonly<Partial<Record<TrialState, keyof TrialCounts>>> = {
  [TrialState.TRIAL_STATE_REQUESTED]: 'requested',
  [TrialState.TRIAL_STATE_SCORING]: 'scoring',
  [TrialState.TRIAL_STATE_EVALUATING]: 'evaluating',
  [TrialState.TRIAL_STATE_SUCCEEDED]: 'succeeded',
  [TrialState.TRIAL_STATE_FAILED]: 'failed',
  [TrialState.TRIAL_STATE_INFEASIBLE]: 'infeasible',
  [TrialState.TRIAL_STATE_STOPPED]: 'stopped',
};

/** Counts after a trial went from one state to another. */
export function moveCount(counts: TrialCounts, from: TrialState | undefined, to: TrialState): TrialCounts {
  const moved = { ...counts };
  if (from !== undefined) moved[COUNTERS[from]!]--;
  moved[COUNTERS[to]!]++;
  return moved;
}

/** Whether a trial in this state has ended. */
export function isOver(state: TrialState): boolean {
  return (
    state === TrialState.TRIAL_STATE_SUCCEEDED ||
    state === TrialState.TRIAL_STATE_FAILED ||
    state === TrialState.TRIAL_STATE_INFEASIBLE ||
    state === TrialState.TRIAL_STATE_STOPPED
  );
}
