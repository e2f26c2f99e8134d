/**
 * Real worker processes. They load the build in dist/: run `tsc -b libs/compute-pool` first (as `npm test` does).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createComputePool } from './pool';
import type { ComputePool } from './pool';
import type { ComputePoolOptions, PoolEvent } from './options';
import { TaskError } from './task-error';
import { WorkerCrashError } from './errors';

const workerModule = join(__dirname, '../test-fixtures/tasks.js');
let pools: ComputePool[] = [];
let events: PoolEvent[] = [];

function poolOf(options: Partial<ComputePoolOptions> = {}): ComputePool {
  const onEvent = (event: PoolEvent) => void events.push(event);
  const pool = createComputePool({ workerModule, size: 1, queueLimit: 10, spares: 0, onEvent, ...options });
  pools.push(pool);
  return pool;
}

const task = (kind: string, payload?: unknown, blobs?: string[]) => ({ kind, payload, blobs });
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const started = () => events.flatMap((event) => (event.type === 'worker-started' ? [event.pid] : []));
const exits = () => events.flatMap((event) => (event.type === 'worker-exited' ? [event.reason] : []));

/** All processes are there and wait, the oldest first in line. */
async function ready(pool: ComputePool, spares = 0): Promise<void> {
  await until(() => pool.stats().spares === spares && pool.stats().workers.every((worker) => worker.ready));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

/** Of a process that this one started. */
function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

beforeEach(() => {
  pools = [];
  events = [];
});
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close({ graceMs: 0 })));
  expect(started().filter(alive)).toEqual([]);
});

describe('running', () => {
  test('copies structured values there and back', async () => {
    const payload = {
      images: new Float32Array([1, 2.5]),
      seed: 2n ** 60n,
      map: new Map([['a', [1]]]),
      none: undefined,
    };
    const { result, worker, timing } = await poolOf().run(task('echo', payload));
    expect(result).toEqual(payload);
    expect(worker.pid).toBe(started()[0]);
    expect(timing.queuedMs).toBeGreaterThan(0);
    expect(timing.runMs).toBeGreaterThan(0);
  });

  test('`size` tasks at once, each in a process of its own', async () => {
    const pool = poolOf({ size: 2, spares: 1 });
    await ready(pool, 1);
    const runs = [1, 2, 3].map(() => pool.run(task('sleep', { ms: 5 })));
    expect(pool.stats()).toMatchObject({ workers: [{ busy: true }, { busy: true }], spares: 1, queued: 1 });
    const pids = (await Promise.all(runs)).map(({ worker }) => worker.pid);
    expect(new Set(pids)).toEqual(new Set(started().slice(0, 2)));
  });

  test('first come, first served, one after the other', async () => {
    const pool = poolOf();
    const order: string[] = [];
    const run = async (i: number) => {
      const onProgress = (value: unknown) => void order.push(`${i}: ${(value as { done: number }).done}`);
      await pool.run(task('chunks', { count: 2, ms: 1 }), { onProgress });
    };
    await Promise.all([1, 2, 3].map(run));
    expect(order).toEqual(['1: 0', '1: 1', '2: 0', '2: 1', '3: 0', '3: 1']);
  });

  test('a full queue refuses with a time to come back', async () => {
    const pool = poolOf({ queueLimit: 1 });
    const runs = [pool.run(task('sleep', { ms: 20 })), pool.run(task('sleep', { ms: 20 }))];
    await expect(pool.run(task('echo'))).rejects.toMatchObject({
      name: 'PoolBusyError',
      message: "all workers are busy and 1 tasks wait, which is the queue's limit",
      retryAfterMs: expect.any(Number) as number,
    });
    await Promise.all(runs);
    await expect(pool.run(task('echo', 1))).resolves.toMatchObject({ result: 1 });
  });

  test('workers get the given environment and flags, and nothing else', async () => {
    const pool = poolOf({ workerEnv: { MALLOC_TRIM_THRESHOLD_: '1' }, execArgv: ['--max-old-space-size=100'] });
    const { result } = await pool.run<{ env: object; execArgv: string[] }>(task('environment'));
    expect(Object.keys(result.env).filter((name) => !name.startsWith('NODE_CHANNEL_'))).toEqual([
      'MALLOC_TRIM_THRESHOLD_',
    ]);
    expect(result.execArgv).toEqual(['--max-old-space-size=100']);
  });

  test('a preferred process is taken where it is free', async () => {
    const pool = poolOf({ size: 2 });
    await ready(pool);
    for (const preferWorker of [...started()].reverse()) {
      await expect(pool.run(task('pid'), { preferWorker })).resolves.toMatchObject({ result: preferWorker });
    }
  });

  test('stats tell what runs and waits', async () => {
    const pool = poolOf({ spares: 1 });
    await ready(pool, 1);
    const runs = [pool.run(task('sleep', { ms: 5 })), pool.run(task('sleep', { ms: 0 }))];
    expect(pool.stats()).toMatchObject({ workers: [{ busy: true, served: 0 }], spares: 1, queued: 1, queueLimit: 10 });
    await Promise.all(runs);
    const [worker] = pool.stats().workers;
    expect(worker).toMatchObject({ pid: started()[0], busy: false, served: 2 });
    expect(worker.rssBytes).toBeGreaterThan(10e6);
  });

  test('a process is replaced after its share of tasks', async () => {
    const pool = poolOf({ recycleAfter: 2 });
    const pids = [];
    for (let i = 0; i < 5; i++) pids.push((await pool.run(task('pid'))).result);
    const [a, b, c] = started();
    expect(pids).toEqual([a, a, b, b, c]);
    expect(exits()).toEqual(['recycled', 'recycled']);
  });

  test.each([
    [{ size: 0 }, 'size is 0: it must be an integer of 1 or more'],
    [{ queueLimit: 1.5 }, 'queueLimit is 1.5: it must be an integer of 0 or more'],
    [{ workerModule: 'w.js' }, 'workerModule is "w.js": it must be an absolute path'],
  ])('options %j are refused', (options, message) => {
    expect(() => poolOf(options)).toThrow(message);
  });
});

describe('errors of a task', () => {
  test('arrive with name, code, fields, and a stack for logs', async () => {
    const error = await rejection(poolOf().run(task('fail', {})));
    expect(error).toBeInstanceOf(TaskError);
    expect(error).toMatchObject({
      kind: 'fail',
      errorName: 'ShapeError',
      message: 'axis 3 is out of range',
      code: 'BAD_SHAPE',
      details: { axis: 3, shape: [2, 4] },
      worker: { pid: started()[0] },
    });
    expect((error as TaskError).remoteStack).toMatch(/axis 3 is out of range[^]*tasks\.js[^]*rank is 2/);
    expect(exits()).toEqual([]);
  });

  test('lose the fields that JSON cannot express', async () => {
    const error = await rejection(poolOf().run(task('fail', { circular: true })));
    expect(error).toMatchObject({ details: { axis: 3, shape: [2, 4] } });
    expect((error as TaskError).details).not.toHaveProperty('self');
  });

  test('are told for anything thrown, unknown kinds and results that cannot be copied', async () => {
    const pool = poolOf();
    await expect(pool.run(task('failPlain'))).rejects.toMatchObject({ name: 'TaskError', message: 'just text' });
    await expect(pool.run(task('toString'))).rejects.toThrow(/^no handler for task "toString"; there is: echo, pid/);
    await expect(pool.run(task('uncopyable'))).rejects.toMatchObject({ message: '() => {} could not be cloned.' });
    await expect(pool.run(task('echo', () => {}))).rejects.toThrow(/could not be cloned/);
    await expect(pool.run(task('echo', 5))).resolves.toMatchObject({ result: 5 });
    expect(started()).toHaveLength(1);
  });
});

describe('a process that ends under its task', () => {
  test('costs a second attempt in another process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pool-'));
    const pool = poolOf();
    const { result, worker } = await pool.run(task('crashOnce', { marker: join(folder, 'ran') }));
    expect(result).toBe('second attempt');
    expect(worker.pid).toBe(started()[1]);
    expect(events).toContainEqual({ type: 'task-retried', kind: 'crashOnce', pid: started()[0], attempt: 2 });
    await rm(folder, { recursive: true });
  });

  test.each([
    ['exit code', task('exit', { code: 3 }), { code: 3, signal: null }],
    ['signal', task('kill', { signal: 'SIGSEGV' }), { code: null, signal: 'SIGSEGV' }],
    ['abort', task('kill', { signal: 'SIGABRT' }), { code: null, signal: 'SIGABRT' }],
  ])('fails that task alone, telling its %s', async (_, crash, exit) => {
    const pool = poolOf({ retries: 0 });
    const [error, next] = await Promise.all([rejection(pool.run(crash)), pool.run(task('echo', 'next'))]);
    expect(error).toBeInstanceOf(WorkerCrashError);
    expect(error).toMatchObject({ kind: crash.kind, attempts: 1, exit: { pid: started()[0], ...exit } });
    expect(next.result).toBe('next');
  });

  test('fails the task when the second attempt ends the same way', async () => {
    const pool = poolOf();
    const error = await rejection(pool.run(task('kill', { signal: 'SIGKILL' })));
    expect(error).toMatchObject({
      message: `task "kill" failed after 2 attempt(s): worker ${started()[1]} was killed by SIGKILL (as happens when memory runs out)`,
    });
    await expect(pool.run(task('exit', { code: 0 }), { retries: 0 })).rejects.toMatchObject({ attempts: 1 });
  });

  test('without a task is replaced', async () => {
    const pool = poolOf();
    await pool.run(task('echo'));
    process.kill(started()[0], 'SIGKILL');
    await until(() => exits().length === 1);
    await expect(pool.run(task('pid'))).resolves.toMatchObject({ result: started()[1] });
    expect(exits()).toEqual(['crash']);
  });

  test('before it is ready fails what waits after three tries', async () => {
    const broken = join(__dirname, '../test-fixtures/broken-worker.js');
    const error = await rejection(poolOf({ workerModule: broken }).run(task('echo')));
    expect(error).toMatchObject({
      name: 'WorkerStartError',
      message: `worker ${broken} failed to start 3 times in a row, last: exit code 7`,
    });
  });
});

describe('ending a task early', () => {
  test('an aborted task stops at a chunk boundary and its process goes on', async () => {
    const pool = poolOf({ graceMs: 60_000 });
    const controller = new AbortController();
    const seen: unknown[] = [];
    const run = pool.run(task('chunks', { count: 1e6, ms: 5 }), {
      signal: controller.signal,
      onProgress: (value) => void seen.push(value),
    });
    await until(() => seen.length === 3);
    controller.abort('no longer wanted');
    await expect(run).rejects.toMatchObject({ name: 'TaskCancelledError', cause: 'no longer wanted' });
    const reported = seen.length;
    await expect(pool.run(task('pid'))).resolves.toMatchObject({ result: started()[0] });
    expect(seen.length).toBe(reported);
    expect(exits()).toEqual([]);
  });

  test('one that does not stop is killed, and the spare takes over without being started', async () => {
    const pool = poolOf({ spares: 1, graceMs: 20 });
    await ready(pool, 1);
    const [first, spare] = started();
    const controller = new AbortController();
    const run = pool.run(task('forever'), { signal: controller.signal });
    const next = pool.run(task('pid'));
    controller.abort();
    await expect(run).rejects.toMatchObject({ name: 'TaskCancelledError' });
    await expect(next).resolves.toMatchObject({ result: spare });
    await until(() => pool.stats().spares === 1 && exits().length === 1);
    expect(exits()).toEqual(['cancelled']);
    expect(alive(first)).toBe(false);
    expect(started()).toHaveLength(3);
  });

  test('one that waits leaves the queue', async () => {
    const pool = poolOf();
    await ready(pool);
    const running = pool.run(task('sleep', { ms: 5 }));
    const controller = new AbortController();
    const waiting = pool.run(task('echo'), { signal: controller.signal });
    expect(pool.stats().queued).toBe(1);
    controller.abort();
    expect(pool.stats().queued).toBe(0);
    await expect(waiting).rejects.toMatchObject({ name: 'TaskCancelledError' });
    await running;
    await expect(pool.run(task('echo'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'TaskCancelledError',
    });
  });

  test('a run over its time is killed without a retry', async () => {
    const pool = poolOf({ requestTimeoutMs: 50, graceMs: 0 });
    await expect(pool.run(task('forever'))).rejects.toMatchObject({
      name: 'TaskTimeoutError',
      message: 'task "forever" was not done within 50 ms; it was running when the time was up',
    });
    await until(() => exits().length === 1);
    expect(exits()).toEqual(['timeout']);
  });

  test('a deadline counts the wait', async () => {
    const pool = poolOf();
    const running = pool.run(task('sleep', { ms: 300 }));
    await expect(pool.run(task('echo'), { deadline: Date.now() + 20 })).rejects.toMatchObject({
      name: 'TaskTimeoutError',
      phase: 'queued',
    });
    await expect(pool.run(task('echo'), { deadline: Date.now() - 1 })).rejects.toMatchObject({ phase: 'queued' });
    await expect(pool.run(task('echo', 2), { deadline: Date.now() + 1e12 })).resolves.toMatchObject({ result: 2 });
    await running;
  });
});

describe('blobs', () => {
  const image = (value: number) => ({ images: new Float32Array(1_000).fill(value), seed: 7n });
  interface Read {
    value: unknown;
    known: boolean;
  }
  const read = async (pool: ComputePool, ...digests: string[]) =>
    (await pool.run<Read[]>(task('blobs', { digests }, digests))).result;

  test('reach a process once, as the value that was put', async () => {
    const pool = poolOf();
    const value = image(1);
    pool.putBlob('a', value);
    value.images.fill(9);
    expect(await read(pool, 'a')).toEqual([{ value: image(1), known: false }]);
    pool.putBlob('a', image(1));
    expect(await read(pool, 'a')).toEqual([{ value: image(1), known: true }]);
  });

  test('go to the process that has them, where it is free', async () => {
    const pool = poolOf({ size: 2 });
    await ready(pool);
    pool.putBlob('a', image(1));
    const second = started()[1];
    await pool.run(task('blobs', { digests: ['a'] }, ['a']), { preferWorker: second });
    await expect(pool.run(task('blobs', { digests: ['a'] }, ['a']))).resolves.toMatchObject({
      result: [{ known: true }],
      worker: { pid: second },
    });
  });

  test('are dropped by a process over its bound, least recently used first, and sent again', async () => {
    const pool = poolOf({ workerBlobBytes: 10_000 });
    for (const [i, digest] of ['a', 'b', 'c'].entries()) pool.putBlob(digest, image(i));
    const known = async (digest: string) => (await read(pool, digest))[0].known;
    expect(await known('a')).toBe(false);
    expect(await known('b')).toBe(false);
    expect(await known('a')).toBe(true);
    expect(await known('c')).toBe(false); // drops b
    expect(await known('a')).toBe(true);
    expect(await known('b')).toBe(false);
    // Together more than the bound: all the same, the task sees all of them.
    expect((await read(pool, 'a', 'b', 'c')).map(({ value }) => value)).toEqual([image(0), image(1), image(2)]);
  });

  test('are forgotten by the pool over its bound, but not for a task that waits', async () => {
    const pool = poolOf({ blobBytes: 10_000 });
    pool.putBlob('a', image(1));
    const waiting = read(pool, 'a');
    for (const digest of ['b', 'c']) pool.putBlob(digest, image(2));
    await expect(read(pool, 'a')).rejects.toMatchObject({ name: 'UnknownBlobError', digest: 'a' });
    expect(await waiting).toMatchObject([{ value: image(1) }]);
    expect(pool.stats().blobBytes).toBeLessThanOrEqual(10_000);
  });

  test('can only be read by a task that names them', async () => {
    const pool = poolOf();
    pool.putBlob('a', image(1));
    await read(pool, 'a');
    await expect(pool.run(task('readBlob', { digest: 'a' }))).rejects.toThrow('task "readBlob" does not name blob a');
  });

  test('reach their process also when the payload could not be sent', async () => {
    const pool = poolOf();
    pool.putBlob('a', image(1));
    await pool.run(task('echo'));
    await expect(pool.run(task('echo', () => {}, ['a']))).rejects.toThrow(/could not be cloned/);
    expect(await read(pool, 'a')).toEqual([{ value: image(1), known: false }]);
  });
});

describe('spans', () => {
  test('return nested, with attributes and times', async () => {
    const before = BigInt(Date.now() - 1_000) * 1_000_000n;
    const { result, spans, worker } = await poolOf().run(task('trace', {}));
    expect(result).toBe('done');
    const [outer, left, right] = ['outer', 'left', 'right'].map((name) => spans.find((span) => span.name === name)!);
    expect(outer).toMatchObject({ attributes: { layer: 1, chunks: 2 }, status: { code: 'ok' } });
    expect(outer).not.toHaveProperty('parentId');
    expect([left.parentId, right.parentId]).toEqual([outer.id, outer.id]);
    expect(new Set(spans.map(({ pid }) => pid))).toEqual(new Set([worker.pid]));
    expect(outer.startTimeUnixNano).toBeGreaterThan(before);
    expect(left.endTimeUnixNano - left.startTimeUnixNano).toBeGreaterThan(3_000_000n);
    expect(outer.endTimeUnixNano).toBeGreaterThanOrEqual(left.endTimeUnixNano);
  });

  test('come with an error, too', async () => {
    const error = (await rejection(poolOf().run(task('trace', { fail: true })))) as TaskError;
    expect(error).toMatchObject({ errorName: 'RangeError' });
    expect(error.spans.find((span) => span.name === 'outer')?.status).toEqual({ code: 'error', message: 'too large' });
  });
});

describe('closing', () => {
  test('lets what runs end, fails what waits, refuses what comes, and leaves no process', async () => {
    const pool = poolOf({ spares: 2 });
    await ready(pool, 2);
    const running = pool.run(task('sleep', { ms: 50 }));
    const waiting = rejection(pool.run(task('echo')));
    await pool.close({ graceMs: 60_000 });
    expect(started()).toHaveLength(3);
    expect(started().filter(alive)).toEqual([]);
    await running;
    await expect(waiting).resolves.toMatchObject({ name: 'PoolClosedError' });
    await expect(pool.run(task('echo'))).rejects.toMatchObject({ name: 'PoolClosedError' });
    expect(exits()).toEqual(['closed', 'closed', 'closed']);
  });

  test('kills what does not end within the grace', async () => {
    const pool = poolOf();
    const run = rejection(pool.run(task('forever')));
    await until(() => pool.stats().workers[0].busy);
    await pool.close({ graceMs: 20 });
    expect(started().filter(alive)).toEqual([]);
    await expect(run).resolves.toMatchObject({ name: 'PoolClosedError' });
  });

  test('ends processes that are still starting', async () => {
    await poolOf({ size: 2 }).close();
    expect(started()).toHaveLength(2);
    expect(started().filter(alive)).toEqual([]);
  });
});
