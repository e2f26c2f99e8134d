import { Worker } from 'node:worker_threads';

const POLL_MS = 500;

/**
 * Ends this process when its parent is gone, also while the main thread is busy in native code or an endless loop and
 * cannot hear that the channel to the parent has closed. A thread asks the system who the parent is, because an
 * orphan is given another one.
 */
export function exitWhenOrphaned(parentPid: number): void {
  const code = `
    setInterval(() => {
      if (process.ppid !== ${parentPid}) process.kill(process.pid, 'SIGKILL');
    }, ${POLL_MS});`;
  const limits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };
  new Worker(code, { eval: true, resourceLimits: limits }).unref();
}
