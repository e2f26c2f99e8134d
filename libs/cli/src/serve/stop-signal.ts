/**
 * Settles with the first signal that asks this process to stop. From then on such signals are heard and ignored, so
 * that a second Ctrl-C does not break off an orderly stop.
 */
export function stopAsked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
}
