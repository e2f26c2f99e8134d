import { SearchState, ServiceError, type ListSearchesRequest } from '@gradsign/contracts';
import { Fixture, specOf } from './test-support';

let clock = 1e12;
const fixture = new Fixture(() => new Date(clock));
const names: string[] = [];
const list = (fields: Partial<ListSearchesRequest> = {}) =>
  fixture.service.listSearches({ pageSize: 0, pageToken: '', filter: '', orderBy: '', ...fields });
const found = async (fields: Partial<ListSearchesRequest> = {}) => (await list(fields)).searches.map((s) => s.name);
const message = (call: Promise<unknown>) =>
  call.then(() => '').catch((error: unknown) => (error as ServiceError).message);

beforeAll(async () => {
  for (let i = 0; i < 5; i++) {
    const name = await fixture.create({
      ...(i === 2 && { evaluation: { $case: 'external', value: { trialTimeout: undefined } } }),
    });
    if (i !== 2) await fixture.end(name);
    names.push(name);
    clock += 1000;
  }
});
afterAll(() => fixture.service.close());

test('algorithms are listed', async () => {
  const { algorithms } = await fixture.service.listAlgorithms();
  expect(algorithms.map(({ id, guided }) => [id, guided])).toEqual([
    ['random', false],
    ['g-random', true],
    ['rea', false],
    ['g-rea', true],
  ]);
});

test('searches are listed newest first, or oldest first', async () => {
  expect(await found()).toEqual(names.toReversed());
  expect(await found({ orderBy: 'create_time desc' })).toEqual(names.toReversed());
  expect(await found({ orderBy: 'create_time' })).toEqual(names);
  expect(await message(list({ orderBy: 'name' }))).toBe(
    'order_by: "name" is not an order; known: create_time, create_time desc',
  );
});

test.each(['create_time', 'create_time desc'])('pages by %s hold every search once', async (orderBy) => {
  const seen: string[] = [];
  let pageToken = '';
  do {
    const page = await list({ pageSize: 2, pageToken, orderBy });
    seen.push(...page.searches.map((s) => s.name));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(seen).toEqual(orderBy === 'create_time' ? names : names.toReversed());
});

test('a page token goes with its list, and sizes have bounds', async () => {
  const { nextPageToken } = await list({ pageSize: 2 });
  expect(await message(list({ pageToken: nextPageToken, filter: 'state = RUNNING' }))).toMatch(/^page_token: /);
  expect(await message(list({ pageSize: 1001 }))).toMatch(/^page_size: 1001 is outside/);
});

test('filters', async () => {
  expect(await found({ filter: 'state = RUNNING' })).toEqual([names[2]]);
  expect(await found({ filter: ' state=SUCCEEDED  AND space = NAS_BENCH_201 ' })).toHaveLength(4);
  expect(await found({ filter: 'space = ZEN' })).toEqual([]);
  expect(await found({ filter: 'state = RUNNING AND state = PAUSED' })).toEqual([]);
  const states = 'RUNNING, PAUSED, SUCCEEDED, FAILED, STOPPED';
  for (const [filter, sentence] of [
    ['state', '"state" is not of the form state = VALUE; terms are joined by AND'],
    [
      'state = RUNNING OR state = PAUSED',
      '"state = RUNNING OR state = PAUSED" is not of the form state = VALUE; terms are joined by AND',
    ],
    ['state = RUNNING AND ', '"" is not of the form'],
    ['owner = ME', '"owner" is not a field of filters; known: state, space'],
    ['state = running', '"state = running" is not of the form'],
    ['state = GONE', `"GONE" is not a value of state; known: ${states}`],
    ['state = UNSPECIFIED', `"UNSPECIFIED" is not a value of state; known: ${states}`],
    ['toString = X', '"toString = X" is not of the form'],
    ['constructor = X', '"constructor" is not a field of filters; known: state, space'],
  ]) {
    expect((await message(list({ filter }))).replace(/^filter: /, '')).toContain(sentence);
  }
});

test('trials are listed by number, in pages, by state', async () => {
  const { searches } = await list({ filter: 'state = SUCCEEDED' });
  const request = { parent: searches[0].name, pageSize: 2, pageToken: '', filter: '' };
  const first = await fixture.service.listTrials(request);
  const second = await fixture.service.listTrials({ ...request, pageToken: first.nextPageToken });
  expect([...first.trials, ...second.trials].map((t) => t.number)).toEqual([1, 2, 3, 4]);
  const by = async (filter: string) =>
    (await fixture.service.listTrials({ ...request, pageSize: 0, filter })).trials.length;
  expect(await by('state = SUCCEEDED')).toBe(5);
  expect(await by('state = FAILED')).toBe(0);
  expect(await message(by('space = ZEN'))).toBe('filter: "space" is not a field of filters; known: state');
});

test('a search tells who made it, and how it is called', async () => {
  const request = { spec: specOf(), requestId: '', displayName: 'first try' };
  const { search } = await fixture.service.createSearch(request, { caller: 'ann' });
  expect(search).toMatchObject({ owner: 'ann', displayName: 'first try', state: SearchState.SEARCH_STATE_RUNNING });
  expect(search!.name).toMatch(/^searches\/[0-9a-f]{12}$/);
  await fixture.end(search!.name);
});
