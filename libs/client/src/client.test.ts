import { ScorerServiceService, ServiceError, type ScorerApi } from '@gradsign/contracts';
import { startServer, type RunningServer } from '@gradsign/service-kit';
import { createLogger } from '@gradsign/telemetry';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { connectScorer } from './services';
import { uploadBatch } from './transfers';

const logger = createLogger({ service: 'test', level: 'silent' as 'error' });
const definition = ScorerServiceService as unknown as ServiceDefinition;
const closers: (() => unknown)[] = [];

async function serve(api: Partial<ScorerApi>): Promise<RunningServer> {
  const missing = new Proxy(api, { get: (target, name) => target[name as keyof ScorerApi] ?? (() => undefined) });
  const server = await startServer({ host: '127.0.0.1', port: 0, services: [{ definition, api: missing }], logger });
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

test('an upload arrives in chunks and in order', async () => {
  const parts: number[] = [];
  const server = await serve({
    async uploadBatch(messages) {
      for await (const { part } of messages) parts.push(part?.$case === 'chunk' ? part.value.length : -1);
      return { digest: 'd' };
    },
  });
  const images = new Float32Array(300 * 3 * 32 * 32);
  const batch = { imageShape: [3, 32, 32], classes: 10, size: 300, images, labels: new Int32Array(300) } as const;
  await expect(uploadBatch(client(server), batch)).resolves.toBe('d');
  expect(parts[0]).toBe(-1);
  expect(parts.slice(1).reduce((a, b) => a + b, 0)).toBe(images.byteLength + 300 * 8);
  expect(Math.max(...parts)).toBeLessThanOrEqual(1024 * 1024);
});

test('a port in use is told with its number', async () => {
  const { port } = await serve({});
  const again = startServer({ host: '127.0.0.1', port, services: [], logger });
  await expect(again).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'PORT_UNAVAILABLE',
    message: expect.stringContaining(`port ${port} on 127.0.0.1`),
  });
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

test('a server that is not there is UNAVAILABLE', async () => {
  const { api, close } = connectScorer({ address: '127.0.0.1:1', deadlineMs: 3000 });
  closers.push(close);
  await expect(api.uploadModel((async function* () {})())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('the condition did not come true within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
