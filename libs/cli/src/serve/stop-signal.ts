const LOOK_MS = 500;

/**
 * Settles with the first signal that asks this process to stop. From then on such signals are heard and ignored, so
 * that a second Ctrl-C does not break off an orderly stop.
 * @param withParent whether the end of the parent counts too: a process that was started by a script, as by npm, which
 * ends on a signal without handing it on
 */
export function stopAsked({ withParent = false } = {}): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    if (!withParent) return;
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      resolve('the end of its parent');
    }, LOOK_MS);
    timer.unref();
  });
}
