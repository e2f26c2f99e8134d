import { ScorerServiceService, ServiceError, type ScorerApi } from '@gradsign/contracts';
import { startServer, type RunningServer } from '@gradsign/service-kit';
import { createLogger } from '@gradsign/telemetry';
import { connectScorer, createClients } from './services';

const logger = createLogger({ service: 'test', level: 'silent' });
const closers: (() => unknown)[] = [];

async function serve(api: Partial<ScorerApi>, port = 0): Promise<RunningServer> {
  const missing = new Proxy(api, { get: (target, name) => target[name as keyof ScorerApi] ?? (() => undefined) });
  const server = await startServer({ port, services: [{ definition: ScorerServiceService, api: missing }], logger });
  closers.push(() => server.shutdown({ graceMs: 100 }));
  return server;
}

function client(server: RunningServer, deadlineMs?: number): ScorerApi {
  const { api, close } = connectScorer({ address: server.address, deadlineMs });
  closers.push(close);
  return api;
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const request = { space: 2, architectures: ['a'], settings: undefined };

test('a rich error arrives with its details', async () => {
  const error = new ServiceError('RESOURCE_EXHAUSTED', 'the queue is full', {
    violations: [{ field: 'seed', description: 'must be an integer' }],
    reason: 'QUEUE_FULL',
    retryAfterMs: 250,
  });
  const server = await serve({ listProxies: () => Promise.reject(error) });
  await expect(client(server).listProxies({})).rejects.toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    message: 'the queue is full',
    violations: error.violations,
    reason: 'QUEUE_FULL',
    retryAfterMs: 250,
  });
});

test('what is not a ServiceError is INTERNAL and keeps its text to itself', async () => {
  const server = await serve({ listProxies: () => Promise.reject(new Error('secret')) });
  const error = await client(server)
    .listProxies({})
    .catch((e: ServiceError) => e);
  expect(error).toMatchObject({ code: 'INTERNAL' });
  expect((error as ServiceError).message).not.toContain('secret');
});

test('a deadline and a cancellation reach the method', async () => {
  const seen: string[] = [];
  const server = await serve({
    listProxies: (_request, options) =>
      new Promise((_, reject) => {
        options!.signal!.addEventListener('abort', () => {
          seen.push('aborted');
          reject(new ServiceError('CANCELLED', 'stopped'));
        });
      }),
  });
  await expect(client(server, 50).listProxies({})).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  const abort = new AbortController();
  const call = client(server).listProxies({}, { signal: abort.signal });
  setTimeout(() => abort.abort(), 50);
  await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
  await until(() => seen.length === 2);
});

test('a slow reader slows the stream down, and leaving it ends the work', async () => {
  let produced = 0;
  let ended = false;
  const padding = 'x'.repeat(50_000);
  const server = await serve({
    async *scoreArchitectures() {
      try {
        for (; produced < 10_000; produced++) {
          yield { index: produced, scores: [], error: { code: 3, message: padding, details: [] } };
        }
      } finally {
        ended = true;
      }
    },
  });
  for await (const { index } of client(server).scoreArchitectures(request)) {
    if (index === 0) await new Promise((resolve) => setTimeout(resolve, 300));
    if (index === 3) break;
  }
  await until(() => ended);
  // Without back-pressure all 10,000 messages (500 MB) would have been made.
  expect(produced).toBeLessThan(1000);
});

test('a call in flight finishes while the server shuts down', async () => {
  let release = () => {};
  const server = await serve({
    listProxies: () => new Promise((resolve) => (release = () => resolve({ proxies: [] }))),
  });
  const call = client(server).listProxies({});
  await new Promise((resolve) => setTimeout(resolve, 100));
  const stopped = server.shutdown({ graceMs: 5000 });
  release();
  await expect(call).resolves.toEqual({ proxies: [] });
  await stopped;
});

test('a server that is not there is UNAVAILABLE, with its address', async () => {
  const { api, close } = connectScorer({ address: '127.0.0.1:1', connectTimeoutMs: 200 });
  closers.push(close);
  const error = { code: 'UNAVAILABLE', message: 'no server answers at 127.0.0.1:1 within 200 ms', reason: 'NO_SERVER' };
  await expect(api.listProxies({})).rejects.toMatchObject(error);
  await expect(api.uploadModel((async function* () {})())).rejects.toMatchObject(error);
  await expect(api.scoreArchitectures(request)[Symbol.asyncIterator]().next()).rejects.toMatchObject(error);
});

test('a call waits for a server that is just starting', async () => {
  const first = await serve({});
  await first.shutdown({ graceMs: 0 });
  const call = client(first).listProxies({});
  closers.push(() => call.catch(() => undefined));
  await serve({ listProxies: () => Promise.resolve({ proxies: [] }) }, first.port);
  await expect(call).resolves.toEqual({ proxies: [] });
});

test('a connection that is lost during a call is told with its address', async () => {
  let begun = false;
  const server = await serve({
    async *scoreArchitectures(_, options) {
      yield { index: 0, scores: [], error: undefined };
      begun = true;
      await new Promise((resolve) => options!.signal!.addEventListener('abort', resolve));
    },
  });
  const reading = (async () => {
    for await (const _ of client(server).scoreArchitectures(request));
  })();
  const lost = expect(reading).rejects.toMatchObject({
    code: expect.stringMatching(/^(UNAVAILABLE|CANCELLED)$/) as string,
  });
  await until(() => begun);
  await server.shutdown({ graceMs: 0 });
  await lost;
});

test('methods that only read are repeated while a server is UNAVAILABLE, others are not', async () => {
  const tries: string[] = [];
  const away = (name: string, until: number) => {
    tries.push(name);
    if (tries.length < until) throw new ServiceError('UNAVAILABLE', 'the server is starting', { reason: 'STARTING' });
    return { proxies: [] };
  };
  const server = await serve({
    listProxies: async () => away('list', 3),
    scoreArchitecture: async () => away('score', Infinity) as never,
  });
  await expect(client(server).listProxies({})).resolves.toEqual({ proxies: [] });
  await expect(client(server).scoreArchitecture({ subject: undefined, settings: undefined })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'the server is starting',
    reason: 'STARTING',
  });
  expect(tries).toEqual(['list', 'list', 'list', 'score']);
});

test('a signal that is aborted already sends nothing, and one that aborts a stream ends its work', async () => {
  let ended = 0;
  const server = await serve({
    async *scoreArchitectures(_, options) {
      yield { index: 0, scores: [], error: undefined };
      await new Promise((resolve) => options!.signal!.addEventListener('abort', resolve));
      ended++;
    },
  });
  const api = client(server);
  const cancelled = { code: 'CANCELLED' };
  await expect(api.listProxies({}, { signal: AbortSignal.abort() })).rejects.toMatchObject(cancelled);
  const abort = new AbortController();
  const read = async () => {
    for await (const _ of api.scoreArchitectures(request, { signal: abort.signal })) abort.abort();
  };
  await expect(read()).rejects.toMatchObject(cancelled);
  await until(() => ended === 1);
});

test('one object holds the clients of the services that have an address', async () => {
  const server = await serve({ listProxies: () => Promise.resolve({ proxies: [] }) });
  const clients = createClients({ scorer: server.address, deadlineMs: 5000 });
  closers.push(() => clients.close());
  await expect(clients.scorer.listProxies({})).resolves.toEqual({ proxies: [] });
  expect(Object.keys(clients)).toEqual(['scorer', 'close']);
  // @ts-expect-error An address that was not given gives no client.
  expect(clients.oracle).toBeUndefined();
});

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('the condition did not come true within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
