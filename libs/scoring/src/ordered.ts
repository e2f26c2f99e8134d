/**
 * Runs `work` on every item with at most `limit` at once and yields the results in the items' order. Work on later
 * items starts while earlier ones are awaited, never more than `limit` ahead of what was taken, so that a slow reader
 * slows the work down instead of filling memory.
 */
export async function* mapOrdered<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  let index = 0;
  for (const item of items) {
    const promise = work(item, index++);
    // A failure is thrown when its turn comes; until then it must not count as unhandled.
    promise.catch(() => undefined);
    running.push(promise);
    if (running.length >= limit) yield await running.shift()!;
  }
  while (running.length > 0) yield await running.shift()!;
}
