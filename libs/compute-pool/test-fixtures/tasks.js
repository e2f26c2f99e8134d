// A worker with one task for each thing that a task can do.
const { existsSync, writeFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { serveTasks } = require('../dist');

const seen = new WeakSet();

const spin = (ms) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

serveTasks({
  echo: (payload) => payload,
  pid: () => process.pid,
  sleep: ({ ms }) => sleep(ms),
  environment: () => ({ env: process.env, execArgv: process.execArgv }),
  exit: ({ code }) => process.exit(code),
  kill: ({ signal }) => process.kill(process.pid, signal),
  crashOnce: ({ marker }) => {
    if (existsSync(marker)) return 'second attempt';
    writeFileSync(marker, '');
    process.exit(1);
  },
  forever: () => {
    for (;;);
  },
  // Blocks the event loop chunk by chunk, like native code, and stops where it is asked to.
  chunks: async ({ count, ms }, { checkpoint, progress, signal }) => {
    for (let done = 0; done < count; done++) {
      progress({ done, aborted: signal.aborted });
      spin(ms);
      await checkpoint();
    }
    return count;
  },
  fail: ({ circular }) => {
    class ShapeError extends TypeError {}
    const error = new ShapeError('axis 3 is out of range', { cause: new Error('rank is 2') });
    error.name = 'ShapeError';
    error.code = 'BAD_SHAPE';
    error.axis = 3;
    error.shape = [2, 4];
    error.format = () => '';
    if (circular) error.self = error;
    throw error;
  },
  failPlain: () => Promise.reject('just text'),
  uncopyable: () => () => {},
  // Values of blobs, and which of them this process has given to a task before.
  blobs: ({ digests }, { blob }) =>
    digests.map((digest) => {
      const value = blob(digest);
      const known = seen.has(value);
      seen.add(value);
      return { value, known };
    }),
  readBlob: ({ digest }, { blob }) => blob(digest),
  trace: ({ fail }, { span }) =>
    span('outer', { layer: 1 }, async (outer) => {
      await Promise.all([span('left', {}, () => sleep(5)), span('right', {}, () => sleep(1))]);
      outer.setAttributes({ chunks: 2 });
      if (fail) throw new RangeError('too large');
      return 'done';
    }),
});
