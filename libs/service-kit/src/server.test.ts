import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { credentials, makeGenericClientConstructor, Metadata, status, type Client } from '@grpc/grpc-js';
import { metrics as metricsApi } from '@opentelemetry/api';
import { metrics as sdk } from '@opentelemetry/sdk-node';
import {
  fromGrpcError,
  ScorerServiceClient,
  ScorerServiceService,
  ServiceError,
  type ScorerApi,
} from '@gradsign/contracts';
import { createLogger } from '@gradsign/telemetry';
import { service as healthService } from 'grpc-health-check';
import { startServer, type RunningServer, type ServerOptions } from './server';

const SCORER = 'gradsign.scorer.v1.ScorerService';
const closers: (() => unknown)[] = [];
let log: Record<string, unknown>[] = [];
const logger = createLogger({ service: 't', level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) });

beforeEach(() => (log = []));
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(api: Partial<ScorerApi>, options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const whole = new Proxy(api, { get: (target, name) => target[name as keyof ScorerApi] ?? (() => undefined) });
  const services = [{ definition: ScorerServiceService, api: whole }];
  const server = await startServer({ port: 0, services, logger, ...options });
  closers.push(() => server.shutdown({ graceMs: 100 }));
  return server;
}

function scorer({ address }: RunningServer): ScorerServiceClient {
  const client = new ScorerServiceClient(address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  closers.push(() => client.close());
  return client;
}

type Listing = { proxies: unknown[] };
const list = (client: ScorerServiceClient, metadata = new Metadata(), options = {}): Promise<Listing> =>
  new Promise((resolve, reject) =>
    client.listProxies({}, metadata, options, (error, value) =>
      error ? reject(fromGrpcError(error)) : resolve(value),
    ),
  );

const nothing = () => Promise.resolve({ proxies: [] });
const calls = () => log.filter(({ method }) => method).map(({ method, code }) => [String(method).split('/')[1], code]);

describe('health', () => {
  type Method = (request: object, callback: (error: unknown, value: { status: string }) => void) => void;

  type HealthClient = Client & { check: Method; watch(request: object): AsyncIterable<unknown> };

  function health(address: string): HealthClient {
    const Constructor = makeGenericClientConstructor(healthService, 'Health');
    const client = new Constructor(address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
    closers.push(() => client.close());
    return client as unknown as HealthClient;
  }

  const check = (address: string, service: string): Promise<unknown> => {
    const client = health(address);
    return new Promise((resolve) =>
      client.check({ service }, (error, value) =>
        resolve(error ? status[(error as { code: number }).code] : value.status),
      ),
    );
  };

  test('is told of the process and of every service, on its own port too', async () => {
    const server = await serve({}, { healthPort: 0 });
    await expect(check(server.address, '')).resolves.toBe('SERVING');
    await expect(check(server.address, SCORER)).resolves.toBe('SERVING');
    await expect(check(server.address, 'gradsign.Other')).resolves.toBe('NOT_FOUND');
    server.setServing(SCORER, false);
    await expect(check(`127.0.0.1:${server.healthPort}`, SCORER)).resolves.toBe('NOT_SERVING');
    await expect(check(`127.0.0.1:${server.healthPort}`, '')).resolves.toBe('SERVING');
  });

  test('tells watchers of the shutdown, and they do not hold it up', async () => {
    const server = await serve({});
    const watch = health(server.address).watch({ service: SCORER });
    const seen: unknown[] = [];
    let stopped: Promise<void> | undefined;
    for await (const message of watch) {
      seen.push((message as { status: string }).status);
      stopped ??= server.shutdown({ graceMs: 60_000 });
    }
    await stopped;
    expect(seen).toEqual(['SERVING', 'NOT_SERVING']);
    expect(log.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});

test('reflection lists the services and describes them', async () => {
  const server = await serve({});
  const bytes = (value: Buffer) => value;
  const info = {
    path: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    requestStream: true,
    responseStream: true,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
  const Constructor = makeGenericClientConstructor({ info }, 'Reflection');
  const client = new Constructor(server.address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  closers.push(() => client.close());
  const ask = async (field: number, text: string): Promise<string> => {
    const stream = (client as unknown as { info(): NodeJS.ReadWriteStream }).info();
    // ServerReflectionRequest: 7 is list_services, 4 is file_containing_symbol; both are strings.
    stream.write(Buffer.concat([Buffer.from([(field << 3) | 2, text.length]), Buffer.from(text)]) as unknown as string);
    const [answer] = (await once(stream, 'data')) as [Buffer];
    stream.end();
    return answer.toString('latin1');
  };
  await expect(ask(7, '')).resolves.toContain(SCORER);
  const file = await ask(4, SCORER);
  expect(file).toContain('ScoreArchitectures');
  expect(file).toContain('gradsign.common.v1');
});

test('a port in use is told in a sentence, on no console', async () => {
  const console = jest.spyOn(globalThis.console, 'error');
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  closers.push(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const error = { code: 'FAILED_PRECONDITION', reason: 'PORT_UNAVAILABLE' };
  const message = `port ${port} on 127.0.0.1 is in use; a server needs a port of its own (0 takes any free one)`;
  await expect(serve({}, { port })).rejects.toMatchObject({ ...error, message });
  await expect(serve({}, { healthPort: port })).rejects.toMatchObject({ ...error, message });
  await expect(serve({}, { host: '192.0.2.1' })).rejects.toMatchObject(error);
  expect(console).not.toHaveBeenCalled();
});

test('the authenticator decides who calls', async () => {
  const callers: (string | undefined)[] = [];
  const server = await serve(
    { listProxies: (_, options) => (callers.push(options?.caller), nothing()) },
    {
      authenticate: async ({ metadata }) => {
        const [token] = metadata.get('authorization');
        if (token === 'Bearer 1') return 'ada';
        throw new ServiceError('UNAUTHENTICATED', 'a token is required in the metadata key authorization');
      },
    },
  );
  const client = scorer(server);
  const token = new Metadata();
  token.set('authorization', 'Bearer 1');
  await list(client, token);
  await expect(list(client)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(callers).toEqual(['ada']);
});

test('calls over the limit are refused, and taken again when others have ended', async () => {
  const release: (() => void)[] = [];
  const waiting = () => new Promise<Listing>((resolve) => release.push(() => resolve({ proxies: [] })));
  const server = await serve(
    { listProxies: waiting as ScorerApi['listProxies'] },
    { limits: { maxConcurrentCalls: 2 } },
  );
  const client = scorer(server);
  const running = [list(client), list(client)];
  await until(() => release.length === 2);
  await expect(list(client)).rejects.toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    reason: 'TOO_MANY_CALLS',
    retryAfterMs: 1000,
  });
  release.forEach((f) => f());
  await Promise.all(running);
  const again = list(client);
  await until(() => release.length === 3);
  release[2]();
  await expect(again).resolves.toEqual({ proxies: [] });
});

test('messages over the limits are refused in both directions', async () => {
  const text = 'x'.repeat(2000);
  const server = await serve(
    {
      uploadModel: () => Promise.resolve({ digest: text, sizeBytes: 0n, remarks: [] }),
      async *scoreArchitectures() {
        yield { index: 0, scores: [], error: undefined };
        yield { index: 1, scores: [], error: { code: 3, message: text, details: [] } };
      },
    },
    { limits: { maxReceiveBytes: 1000, maxSendBytes: 1000 } },
  );
  const client = scorer(server);
  const refused = {
    code: 'RESOURCE_EXHAUSTED',
    reason: 'RESPONSE_TOO_LARGE',
    message: expect.stringMatching(
      /^the response has 20\d\d bytes, and at most 1000 are sent; ask for less at once$/,
    ) as string,
  };
  const upload = new Promise((_, reject) => client.uploadModel((error) => reject(fromGrpcError(error!))).end());
  await expect(upload).rejects.toMatchObject(refused);
  const seen: number[] = [];
  const stream = async (architectures: string[]) => {
    for await (const { index } of client.scoreArchitectures({ space: 2, architectures, settings: undefined }))
      seen.push(index);
  };
  await expect(stream([]).catch((error) => Promise.reject(fromGrpcError(error)))).rejects.toMatchObject(refused);
  expect(seen).toEqual([0]);
  await expect(stream([text])).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
});

test('the cause of an internal error is logged, with the call, and never sent', async () => {
  const server = await serve({ listProxies: () => Promise.reject(new TypeError('password is hunter2')) });
  const error = await list(scorer(server)).catch((e: ServiceError) => e);
  expect(error).toMatchObject({ code: 'INTERNAL', message: 'internal error; the server log has the cause' });
  expect(JSON.stringify(error)).not.toContain('hunter2');
  expect(log.find(({ level }) => level === 'error')).toMatchObject({
    method: `${SCORER}/ListProxies`,
    code: 'INTERNAL',
    caller: 'local',
    err: { type: 'TypeError', message: 'password is hunter2' },
  });
});

test('the signal says why a call is over, and stays quiet after a good end', async () => {
  const signals: AbortSignal[] = [];
  const hang: ScorerApi['listProxies'] = (_, options) => {
    signals.push(options!.signal!);
    return new Promise((_resolve, reject) =>
      options!.signal!.addEventListener('abort', () => reject(new Error('late'))),
    );
  };
  const client = scorer(await serve({ listProxies: hang }));
  await expect(list(client, new Metadata(), { deadline: Date.now() + 100 })).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
  });
  const call = client.listProxies({}, () => {});
  await until(() => signals.length === 2);
  call.cancel();
  await until(() => calls().length === 2);
  expect(signals.map(({ reason }) => (reason as ServiceError).code)).toEqual(['DEADLINE_EXCEEDED', 'CANCELLED']);
  // What a method throws once its caller is gone is no internal error.
  expect(calls()).toEqual([
    ['ListProxies', 'DEADLINE_EXCEEDED'],
    ['ListProxies', 'CANCELLED'],
  ]);

  let kept: AbortSignal | undefined;
  const good = scorer(await serve({ listProxies: (_, options) => ((kept = options!.signal), nothing()) }));
  await list(good);
  await list(good);
  expect(kept?.aborted).toBe(false);
});

test('every call is measured, streams included', async () => {
  const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
  const reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new sdk.MeterProvider({ readers: [reader] });
  metricsApi.setGlobalMeterProvider(provider);
  closers.push(() => (metricsApi.disable(), provider.shutdown()));
  const server = await serve({
    listProxies: () => Promise.reject(new ServiceError('NOT_FOUND', 'none')),
    async uploadModel(messages) {
      for await (const _ of messages);
      return { digest: '', sizeBytes: 0n, remarks: [] };
    },
    async *scoreArchitectures(_, options) {
      for (let index = 0; !options!.signal!.aborted; index++) yield { index, scores: [], error: undefined };
    },
  });
  const client = scorer(server);
  await list(client).catch(() => undefined);
  await new Promise<void>((resolve) => client.uploadModel(() => resolve()).end());
  const stream = client.scoreArchitectures({ space: 2, architectures: [], settings: undefined });
  stream.on('error', () => {});
  await once(stream, 'data');
  stream.cancel();
  await until(() => calls().length === 3);
  await provider.forceFlush();
  const points = Object.fromEntries(
    exporter
      .getMetrics()[0]
      .scopeMetrics.flatMap(({ metrics }) => metrics)
      .map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes: a, value }) => [
          a['rpc.method'],
          a['rpc.grpc.status_code'],
          typeof value === 'number' ? value : (value as { count: number }).count,
        ]),
      ]),
  );
  const ended = [
    ['ListProxies', status.NOT_FOUND, 1],
    ['UploadModel', status.OK, 1],
    ['ScoreArchitectures', status.CANCELLED, 1],
  ];
  expect(points).toEqual({
    'rpc.server.requests': ended,
    'rpc.server.duration': ended,
    'rpc.server.active_requests': ended.map(([method]) => [method, undefined, 0]),
  });
});

test('a shutdown ends in time, and says what it broke off', async () => {
  let begun = false;
  let aborted = false;
  const server = await serve({
    listProxies: (_, options) => {
      begun = true;
      return new Promise(() => options!.signal!.addEventListener('abort', () => (aborted = true)));
    },
  });
  const call = list(scorer(server)).catch((error: ServiceError) => error.code);
  await until(() => begun);
  await Promise.all([server.shutdown({ graceMs: 50 }), server.shutdown({ graceMs: 50 })]);
  await expect(call).resolves.toMatch(/UNAVAILABLE|CANCELLED/);
  await until(() => aborted);
  expect(log).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      calls: 1,
      message: 'calls were broken off: they did not finish within 50 ms',
    }),
  );
});

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('the condition did not come true within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
