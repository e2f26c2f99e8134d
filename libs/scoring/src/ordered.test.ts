import { mapOrdered } from './ordered';

const items = [...Array(20).keys()];

test('results come in order, with at most so many at once', async () => {
  let running = 0;
  let most = 0;
  const results: number[] = [];
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await new Promise((done) => setTimeout(done, (item * 7) % 5));
    running--;
    return item * item;
  };
  for await (const result of mapOrdered(items, { concurrency: 3, window: 10 }, work)) results.push(result);
  expect(results).toEqual(items.map((item) => item * item));
  expect(most).toBe(3);
});

test('one slow item does not hold up those in the window behind it', async () => {
  let release = () => {};
  const slow = new Promise<void>((resolve) => (release = resolve));
  const done: number[] = [];
  const work = async (item: number) => {
    if (item === 0) await slow;
    done.push(item);
    return item;
  };
  const results = mapOrdered(items, { concurrency: 2, window: 10 }, work);
  const first = results.next();
  await new Promise((turn) => setTimeout(turn, 5));
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  release();
  await expect(first).resolves.toEqual({ value: 0, done: false });
  const rest = [];
  for await (const result of results) rest.push(result);
  expect(rest).toEqual(items.slice(1));
});

test('nothing is begun beyond the window until a result is taken', async () => {
  const begun: number[] = [];
  const results = mapOrdered(items, { concurrency: 4, window: 6 }, async (item) => {
    begun.push(item);
    return item;
  });
  await results.next();
  await new Promise((turn) => setTimeout(turn, 5));
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a failure is thrown in its turn', async () => {
  const results: number[] = [];
  const failing = async () => {
    const work = async (item: number) => {
      if (item === 2) throw new Error('two');
      return item;
    };
    for await (const result of mapOrdered(items, { concurrency: 4, window: 8 }, work)) results.push(result);
  };
  await expect(failing()).rejects.toThrow('two');
  expect(results).toEqual([0, 1]);
});
