// What happens to a search whose scorer goes away.
import {
  SearchState,
  ServiceError,
  TrialState,
  type SearcherApi,
  type Trial,
  type WatchSearchResponse,
} from '@gradsign/contracts';
import { connectSearcher } from '@gradsign/client';
import { processTree } from './processes';
import { until } from './program';
import { serving, startService, temporaryFolder } from './product';
import { refusal } from './refusal';
import { guidedSearch } from './requests';
import { createSearch, ended, listTrials, succeeds } from './searches';

jest.setTimeout(120_000);

/** What a trial found, without what differs from run to run. */
const found = ({ number, architecture, parent, pool, reward, testAccuracy }: Trial) => ({
  number,
  architecture,
  parent,
  pool,
  reward,
  testAccuracy,
});

test('a search whose scorer is killed goes on where it was and ends as if nothing had been', async () => {
  const TRIALS = 7;
  const { clients, pidOf, program, stop } = await serving(temporaryFolder());
  const { searcher } = clients;
  const { name } = await createSearch(searcher, guidedSearch(TRIALS));
  const events: WatchSearchResponse[] = [];
  const watched = (async () => {
    for await (const event of searcher.watchSearch({ name, cursor: '' })) events.push(event);
  })();
  const has = (state: TrialState, number: number) =>
    events.some(
      ({ event }) => event?.$case === 'trial' && event.value.number === number && event.value.state === state,
    );

  // Guided trials are left to do: each asks the scorer.
  await until(() => has(TrialState.TRIAL_STATE_SUCCEEDED, 2));
  const killed = pidOf('scorer');
  const tree = processTree(killed);
  process.kill(killed, 'SIGKILL');
  const before = (await listTrials(searcher, name)).filter(({ state }) => state === TrialState.TRIAL_STATE_SUCCEEDED);
  expect(before.length).toBeGreaterThanOrEqual(2);
  const { search: meanwhile } = await searcher.getSearch({ name });
  expect(SearchState[meanwhile!.state]).toBe('SEARCH_STATE_RUNNING');
  await program.wrote('stderr', /scorer \(process \d+\) is serving at /);

  const end = await ended(searcher, name);
  await watched;
  expect(SearchState[end.search.state]).toBe('SEARCH_STATE_SUCCEEDED');
  expect(end.trials.map(({ state }) => TrialState[state])).toEqual(Array(TRIALS).fill('TRIAL_STATE_SUCCEEDED'));
  expect(end.trials.map(({ number }) => number)).toEqual(Array.from({ length: TRIALS }, (_, i) => i + 1));
  expect(end.search.remarks).not.toEqual([]);
  for (const remark of end.search.remarks) {
    expect(remark).toMatch(/^the scorer was away \(UNAVAILABLE: .*\); the search waited/);
  }
  // What had been told to have succeeded is as it was told.
  expect(end.trials.slice(0, before.length)).toEqual(before);
  expect(tree).not.toContain(pidOf('scorer'));

  checkEvents(events, end.trials);
  await checkResumption(searcher, name, events);

  // The same search with nothing in its way.
  const undisturbed = await succeeds(searcher, guidedSearch(TRIALS));
  expect(end.trials.map(found)).toEqual(undisturbed.trials.map(found));
  await stop();
});

/** Each trial's states came in order, each once, and ended with what the trial is. */
function checkEvents(events: readonly WatchSearchResponse[], trials: readonly Trial[]): void {
  const kept = events.filter(({ event }) => event?.$case !== 'progress');
  expect(new Set(kept.map(({ cursor }) => cursor)).size).toBe(kept.length);
  for (const trial of trials) {
    const states = kept.flatMap(({ event }) =>
      event?.$case === 'trial' && event.value.number === trial.number ? [event.value] : [],
    );
    expect(states.at(-1)).toEqual(trial);
    expect(states.filter(({ state }) => state === TrialState.TRIAL_STATE_SUCCEEDED)).toHaveLength(1);
  }
  const last = kept.at(-1)!.event;
  expect(last?.$case === 'search' && SearchState[last.value.state]).toBe('SEARCH_STATE_SUCCEEDED');
}

/** A watch from any cursor brings just what comes behind it. */
async function checkResumption(
  searcher: SearcherApi,
  name: string,
  events: readonly WatchSearchResponse[],
): Promise<void> {
  const kept = events.filter(({ event }) => event?.$case !== 'progress').map(({ cursor }) => cursor);
  for (const at of [0, Math.floor(kept.length / 2), kept.length - 2]) {
    const rest: string[] = [];
    for await (const { cursor } of searcher.watchSearch({ name, cursor: kept[at] })) rest.push(cursor);
    expect(rest).toEqual(kept.slice(at + 1));
  }
}

describe('without a scorer', () => {
  const NOWHERE = '127.0.0.1:1';

  test('a guided search is refused, and a plain one needs none', async () => {
    const home = temporaryFolder();
    const oracle = startService(home, 'benchmark-oracle', '--port=0', '--workers=1');
    const { grpc } = JSON.parse((await oracle.wrote('stdout', /^\{.*\}\n/))[0]) as { grpc: string };
    const searcher = startService(home, 'searcher', '--port=0', `--oracle=${grpc}`, `--scorer=${NOWHERE}`);
    const [line] = await searcher.wrote('stdout', /^\{.*\}\n/);
    const { api, close } = connectSearcher({ address: (JSON.parse(line) as { grpc: string }).grpc });
    const error = await refusal(createSearch(api, guidedSearch(2)));
    expect(error).toBeInstanceOf(ServiceError);
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.message).toMatch(/scorer.*127\.0\.0\.1:1/);
    const plain = await succeeds(api, guidedSearch(2, { guidance: undefined }));
    expect(plain.trials).toHaveLength(2);
    close();
    await Promise.all([searcher.stop(), oracle.stop()]);
  });
});
