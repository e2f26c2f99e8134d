import {
  SearchState,
  TrialState,
  type Search,
  type SearcherApi,
  type SearchSpec,
  type Trial,
} from '@gradsign/contracts';

/** Creates a search. */
export async function createSearch(searcher: SearcherApi, spec: SearchSpec): Promise<Search> {
  const { search } = await searcher.createSearch({ spec, requestId: '', displayName: '' });
  return search!;
}

/** Waits for a search's end; the search with its trials. */
export async function ended(searcher: SearcherApi, name: string): Promise<{ search: Search; trials: Trial[] }> {
  for await (const _ of searcher.watchSearch({ name, cursor: '' }));
  const { search } = await searcher.getSearch({ name });
  return { search: search!, trials: await listTrials(searcher, name) };
}

export async function listTrials(searcher: SearcherApi, parent: string): Promise<Trial[]> {
  return (await searcher.listTrials({ parent, pageSize: 1000, pageToken: '', filter: '' })).trials;
}

/** Runs a search that is to succeed. @throws Error with the reason when it does not. */
export async function succeeds(searcher: SearcherApi, spec: SearchSpec): Promise<{ search: Search; trials: Trial[] }> {
  const end = await ended(searcher, (await createSearch(searcher, spec)).name);
  const { state, error } = end.search;
  if (state !== SearchState.SEARCH_STATE_SUCCEEDED) throw new Error(`${SearchState[state]}: ${error?.message}`);
  const failed = end.trials.find((trial) => trial.state !== TrialState.TRIAL_STATE_SUCCEEDED);
  if (failed) throw new Error(`${failed.name}: ${TrialState[failed.state]} ${failed.error?.message}`);
  return end;
}
