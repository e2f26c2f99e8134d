import fc from 'fast-check';
import { SearchState, type Search, type Trial, type WatchSearchResponse } from '@gradsign/contracts';
import { EventLog } from './events';
import { Fixture, guidance } from './test-support';

const NAME = 'searches/abc';
const time = new Date(0);
const trial = (number: number) => ({ $case: 'trial' as const, value: { number } as Trial });
const ended = { $case: 'search' as const, value: { state: SearchState.SEARCH_STATE_SUCCEEDED } as Search };

function number({ event }: WatchSearchResponse): number {
  return event?.$case === 'trial' ? event.value.number : 0;
}

async function take(events: AsyncIterable<WatchSearchResponse>, count = Infinity): Promise<WatchSearchResponse[]> {
  const taken: WatchSearchResponse[] = [];
  for await (const event of events) if (taken.push(event) >= count) break;
  return taken;
}

test('a watch that is resumed anywhere, any number of times, misses nothing and doubles nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 20 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      async (before, after, parts) => {
        const log = new EventLog(NAME);
        for (let i = 1; i <= before; i++) log.append(trial(i), time);
        const seen: number[] = [];
        const reader = (async () => {
          let cursor = '';
          for (let part = 0; ; part++) {
            const events = await take(log.watch(log.position(cursor)), parts[part % parts.length]);
            seen.push(...events.map(number));
            cursor = events.at(-1)!.cursor;
            if (seen.at(-1) === 0) return;
          }
        })();
        for (let i = before + 1; i <= before + after; i++) {
          if (i % 3 === 0) await Promise.resolve();
          log.append(trial(i), time);
        }
        log.append(ended, time);
        await reader;
        expect(seen).toEqual([...Array.from({ length: before + after }, (_, i) => i + 1), 0]);
      },
    ),
    { numRuns: 100 },
  );
});

test('every cursor of a search resumes right behind its event', async () => {
  const fixture = new Fixture();
  const { search } = await fixture.run({ guidance: guidance() });
  const watch = (cursor: string) => take(fixture.service.watchSearch({ name: search.name, cursor }));
  const all = await watch('');
  expect(all[0].event).toMatchObject({ $case: 'search', value: { state: SearchState.SEARCH_STATE_RUNNING } });
  expect(all.at(-1)!.event).toEqual({ $case: 'search', value: search });
  // Scoring, proposed, evaluating, ended: for each of five trials.
  expect(all).toHaveLength(2 + 5 * 4);
  for (const [i, { cursor }] of all.entries()) expect(await watch(cursor)).toEqual(all.slice(i + 1));
  await fixture.service.close();
});

test('progress reaches those who wait, is not kept, and resumes at the last event that is', async () => {
  const log = new EventLog(NAME);
  log.append(trial(1), time);
  log.progress({ trial: 1, phase: 'scoring', done: 1, total: 4 }, time);
  const watch = log.watch(0);
  const first = await watch.next();
  const second = watch.next();
  await Promise.resolve();
  log.progress({ trial: 1, phase: 'scoring', done: 2, total: 4 }, time);
  const { value } = await second;
  expect(value).toMatchObject({ event: { $case: 'progress', value: { done: 2 } } });
  expect((value as WatchSearchResponse).cursor).toBe((first.value as WatchSearchResponse).cursor);
  log.append(ended, time);
  expect((await take(log.watch(log.position((value as WatchSearchResponse).cursor)))).map(number)).toEqual([0]);
});

test('progress of scoring goes to a watcher of the search', async () => {
  const fixture = new Fixture();
  let begin!: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  fixture.scorer.before = (architectures) => (architectures.length > 0 ? begun : undefined);
  const name = await fixture.create({ guidance: guidance(), budget: { trials: 1 } });
  const progress: unknown[] = [];
  for await (const { event } of fixture.service.watchSearch({ name, cursor: '' })) {
    if (event?.$case === 'trial' && event.value.architecture === '') setImmediate(begin);
    if (event?.$case === 'progress') progress.push(event.value);
  }
  expect(progress[0]).toEqual({ trial: 1, phase: 'scoring', done: 1, total: 4 });
  await fixture.service.close();
});

test('a watch stops when its caller leaves, and when the log is closed', async () => {
  const log = new EventLog(NAME);
  const abort = new AbortController();
  const left = take(log.watch(0, abort.signal));
  const closed = take(log.watch(0));
  abort.abort();
  expect(await left).toEqual([]);
  expect(await take(log.watch(0, abort.signal))).toEqual([]);
  log.close();
  await expect(closed).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('a cursor of another search, and text that is no cursor, are refused', () => {
  const [log, other] = [new EventLog(NAME), new EventLog('searches/def')];
  for (const each of [log, other]) each.append(trial(1), time);
  const cursor = (of: string, position: number | string) => Buffer.from(`${of} ${position}`).toString('base64url');
  expect(log.position(cursor(NAME, 1))).toBe(1);
  for (const wrong of [cursor('searches/def', 1), cursor(NAME, 2), cursor(NAME, 0), cursor(NAME, '1x'), 'x', '💥']) {
    expect(() => log.position(wrong)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `cursor: "${wrong}" is not a cursor of ${NAME}; a watch's events carry them`,
      }),
    );
  }
});
