import {
  DuplicatePolicy,
  SearchState,
  ServiceError,
  TrialState,
  type Search,
  type SearchSpec,
} from '@gradsign/contracts';
import { essence, evolution, Fixture, guidance, specOf } from './test-support';

let fixture: Fixture;
beforeEach(() => (fixture = new Fixture()));
afterEach(() => fixture.service.close());

/** Holds evaluations back from the n-th on. */
function gate(from: number): { open: () => void; reached: Promise<void> } {
  let open!: () => void;
  let reach!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  let calls = 0;
  fixture.oracle.before = async (call) => {
    if (call !== 'getEvaluation' || ++calls < from) return;
    reach();
    await opened;
  };
  return { open, reached };
}

const failing = (code: string, message: string | RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as unknown;

test('a pause lets running trials finish and starts none; the search goes on where it was', async () => {
  const plain = await fixture.run({ algorithm: evolution(3), budget: { trials: 8 } });
  const { open, reached } = gate(4);
  const name = await fixture.create({ algorithm: evolution(3), budget: { trials: 8 } });
  await reached;
  const { search } = await fixture.service.pauseSearch({ name });
  expect(search!.state).toBe(SearchState.SEARCH_STATE_PAUSED);
  open();
  await fixture.until(name, (_, trial) => trial?.number === 4 && trial.state === TrialState.TRIAL_STATE_SUCCEEDED);
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  expect(await fixture.trials(name)).toHaveLength(4);
  await expect(fixture.service.pauseSearch({ name })).rejects.toEqual(
    failing('FAILED_PRECONDITION', `^${name} is PAUSED; only a search that is RUNNING can be paused$`),
  );
  await fixture.service.resumeSearch({ name });
  expect((await fixture.end(name)).state).toBe(SearchState.SEARCH_STATE_SUCCEEDED);
  expect((await fixture.trials(name)).map(essence)).toEqual(plain.trials.map(essence));
});

test('a stop ends the search at once; its results stay until it is deleted', async () => {
  const { reached } = gate(3);
  const name = await fixture.create({});
  await reached;
  await expect(fixture.service.deleteSearch({ name })).rejects.toEqual(
    failing('FAILED_PRECONDITION', 'is RUNNING; only a search that is SUCCEEDED or FAILED or STOPPED can be deleted'),
  );
  const { search } = await fixture.service.stopSearch({ name });
  expect(search).toMatchObject({
    state: SearchState.SEARCH_STATE_STOPPED,
    trialCounts: { succeeded: 2, stopped: 1, evaluating: 0 },
  });
  const states = (await fixture.trials(name)).map((t) => t.state);
  expect(states).toEqual([5 - 1, 5 - 1, 7].map((n) => n as TrialState));
  expect(await fixture.end(name)).toEqual(search);
  for (const call of ['pauseSearch', 'resumeSearch', 'stopSearch'] as const) {
    await expect(fixture.service[call]({ name })).rejects.toEqual(failing('FAILED_PRECONDITION', 'is STOPPED'));
  }
  await fixture.service.deleteSearch({ name });
  await expect(fixture.service.getSearch({ name })).rejects.toEqual(failing('NOT_FOUND', `^there is no ${name}$`));
});

test('a budget and the parallelism can be changed until the end, and every change has its etag', async () => {
  const { open, reached } = gate(2);
  const name = await fixture.create({ budget: { trials: 2 } });
  await reached;
  const update = { name, budget: { trials: 6 }, parallelism: 2 };
  const before = (await fixture.search(name)).etag;
  const { search } = await fixture.service.updateSearch({ ...update, updateMask: ['budget', 'parallelism'] });
  expect(search!.spec).toMatchObject({ budget: { trials: 6 }, parallelism: 2 });
  expect(search!.etag).not.toBe(before);
  open();
  expect((await fixture.end(name)).trialCounts).toMatchObject({ succeeded: 6 });
  await expect(fixture.service.updateSearch({ ...update, updateMask: ['budget'] })).rejects.toEqual(
    failing('FAILED_PRECONDITION', 'is SUCCEEDED; only a search that is RUNNING or PAUSED can be updated'),
  );
});

test('an update names the fields of its request', async () => {
  const { reached } = gate(1);
  const name = await fixture.create({ guidance: guidance({ secondsPerScore: undefined }) });
  await reached;
  const update = (fields: object) =>
    fixture.service.updateSearch({ name, budget: undefined, parallelism: 0, updateMask: [], ...fields });
  const message = async (fields: object) => {
    const error: unknown = await update(fields).catch((e: unknown) => e);
    expect((error as ServiceError).code).toBe('INVALID_ARGUMENT');
    return (error as ServiceError).message;
  };
  expect(await message({})).toBe('update_mask: a path is required; known: budget, parallelism');
  expect(await message({ updateMask: ['seed'] })).toBe(
    'update_mask: "seed" cannot be changed; known: budget, parallelism',
  );
  expect(await message({ updateMask: ['budget', 'parallelism'] })).toBe(
    'budget: at least one limit is required: seconds or trials; parallelism: 0 is outside the range 1 to 256',
  );
  expect(await message({ updateMask: ['budget'], budget: { seconds: 10 } })).toMatch(
    /^spec.guidance.seconds_per_score: /,
  );
});

describe('request ids', () => {
  const create = (spec: SearchSpec, requestId: string, caller?: string) =>
    fixture.service.createSearch({ spec, requestId, displayName: '' }, { caller }).then(({ search }) => search!);

  test('the same id and specification is the same search, also at the same time, also while services are away', async () => {
    const searches = await Promise.all([1, 2, 3].map(() => create(specOf(), 'a')));
    expect(new Set(searches.map((s) => s.name)).size).toBe(1);
    fixture.oracle.before = () => {
      throw new ServiceError('UNAVAILABLE', 'refused');
    };
    // What is left out and what its default says are the same.
    expect((await create(specOf({ parallelism: 1 }), 'a')).name).toBe(searches[0].name);
  });

  test('another specification under the same id is refused; another caller and no id are other searches', async () => {
    const { name } = await create(specOf(), 'a', 'ann');
    await expect(create(specOf({ seed: 2n }), 'a', 'ann')).rejects.toEqual(
      failing('ALREADY_EXISTS', `^request_id: "a" has created ${name} from another specification; use a new id$`),
    );
    const others = [await create(specOf(), 'a', 'bob'), await create(specOf(), ''), await create(specOf(), '')];
    expect(new Set([name, ...others.map((s) => s.name)]).size).toBe(4);
    expect(others.map((s: Search) => s.owner)).toEqual(['bob', 'local', 'local']);
  });

  test('ids and names have their lengths', async () => {
    await expect(
      fixture.service.createSearch({ spec: specOf(), requestId: 'x'.repeat(129), displayName: 'y'.repeat(257) }),
    ).rejects.toEqual(
      failing(
        'INVALID_ARGUMENT',
        '^request_id: 129 characters are over the limit of 128; display_name: 257 characters are over the limit of 256$',
      ),
    );
  });

  test('a deleted search frees its id', async () => {
    const first = await create(specOf(), 'a');
    await fixture.end(first.name);
    await fixture.service.deleteSearch({ name: first.name });
    expect((await create(specOf({ duplicates: DuplicatePolicy.DUPLICATE_POLICY_REUSE }), 'a')).name).not.toBe(
      first.name,
    );
  });
});

test('malformed names are invalid, unknown ones are not found', async () => {
  const { service } = fixture;
  const bad = { name: 'search/1' };
  for (const call of ['getSearch', 'pauseSearch', 'resumeSearch', 'stopSearch', 'deleteSearch'] as const) {
    await expect(service[call](bad)).rejects.toEqual(
      failing('INVALID_ARGUMENT', `^name: "search/1" is not a search's name, which is searches/ and an id$`),
    );
    await expect(service[call]({ name: 'searches/1' })).rejects.toEqual(
      failing('NOT_FOUND', '^there is no searches/1$'),
    );
  }
  await expect(service.getTrial({ name: 'searches/1/trials/0' })).rejects.toEqual(
    failing(
      'INVALID_ARGUMENT',
      `^name: "searches/1/trials/0" is not a trial's name, which is searches/ID/trials/NUMBER$`,
    ),
  );
  await expect(service.listTrials({ parent: 'x', pageSize: 0, pageToken: '', filter: '' })).rejects.toEqual(
    failing('INVALID_ARGUMENT', '^parent: "x"'),
  );
  const { search } = await fixture.run({});
  await expect(service.getTrial({ name: `${search.name}/trials/6` })).rejects.toEqual(
    failing('NOT_FOUND', `^there is no ${search.name}/trials/6$`),
  );
  expect((await service.getTrial({ name: `${search.name}/trials/5` })).trial!.number).toBe(5);
  await expect(
    fixture.service.watchSearch({ name: search.name, cursor: 'x' })[Symbol.asyncIterator]().next(),
  ).rejects.toEqual(failing('INVALID_ARGUMENT', '^cursor: "x" is not a cursor'));
});

test('a service that closes leaves its searches running, ends watches and starts nothing', async () => {
  const { reached } = gate(2);
  const name = await fixture.create({});
  await reached;
  const watch = fixture.end(name);
  const closed = fixture.service.close();
  await expect(watch).rejects.toEqual(failing('UNAVAILABLE', '^the server is stopping$'));
  fixture.oracle.before = () => undefined;
  await expect(fixture.create({})).rejects.toEqual(failing('UNAVAILABLE', '^the server is stopping$'));
  void closed;
});
