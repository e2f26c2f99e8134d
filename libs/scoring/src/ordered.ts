/** How far work may run ahead of the one who takes its results. */
export interface OrderedOptions {
  /** Items that are worked on at once. */
  readonly concurrency: number;
  /** Items begun or waiting beyond the last result that was taken: one slow item delays only those after so many. */
  readonly window: number;
}

/**
 * Runs `work` on every item and yields the results in the items' order. A slow reader slows the work down instead of
 * filling memory.
 */
export async function* mapOrdered<T, R>(
  items: Iterable<T>,
  { concurrency, window }: OrderedOptions,
  work: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R> {
  const limited = limitConcurrency(concurrency);
  const pending: Promise<R>[] = [];
  let index = 0;
  for (const item of items) {
    const own = index++;
    const promise = limited(() => work(item, own));
    // A failure is thrown when its turn comes; until then it must not count as unhandled.
    promise.catch(() => undefined);
    pending.push(promise);
    if (pending.length >= window) yield await pending.shift()!;
  }
  while (pending.length > 0) yield await pending.shift()!;
}

/** A function that begins what it is given when fewer than `limit` run, first come, first served. */
function limitConcurrency(limit: number): <R>(work: () => Promise<R>) => Promise<R> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= limit) await new Promise<void>((begin) => waiting.push(begin));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
