/**
 * Real gRPC processes with real telemetry. They load the build in dist/: run `tsc -b libs/telemetry` first (as
 * `npm test` does). They cannot run inside Jest, whose own `require` the instrumentation does not see.
 */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { UntypedHandleCall } from '@grpc/grpc-js';
import { readSpanFile } from './span-file';
import type { SpanLine } from './span-file';
import { startTelemetry } from './start';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
const children: Child[] = [];

function start(fixture: string, options: object = {}): Child {
  const file = join(__dirname, '../test-fixtures', fixture);
  const child = spawn(process.execPath, [file, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

async function line(child: Child): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.trim();
}

const exit = (child: Child) => new Promise((resolve) => child.once('exit', resolve));

async function spansOf(file: string): Promise<SpanLine[]> {
  const spans = [];
  for await (const span of readSpanFile(file)) spans.push(span);
  return spans;
}

afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

describe('a client and a server with telemetry', () => {
  let folder: string;
  let seen: { traceId: string; unary: unknown; failed: number; stream: number[]; cancelled: number };
  let client: SpanLine[];
  let server: SpanLine[];
  let metrics: string;
  let log: Record<string, unknown>[];
  const received: Buffer[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'telemetry-'));
    const collector = new Server();
    const bytes = (value: Buffer) => value;
    collector.addService(
      {
        export: {
          path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
          requestStream: false,
          responseStream: false,
          requestSerialize: bytes,
          requestDeserialize: bytes,
          responseSerialize: bytes,
          responseDeserialize: bytes,
        },
      },
      {
        export: ((call: { request: Buffer }, callback: (error: null, value: Buffer) => void) => {
          received.push(call.request);
          callback(null, Buffer.alloc(0));
        }) as UntypedHandleCall,
      },
    );
    const collectorPort = await new Promise<number>((resolve, reject) =>
      collector.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    );
    const serverProcess = start('server.js', {
      serviceVersion: '1.2.3',
      instanceId: 'replica-1',
      spanFile: join(folder, 'server.jsonl'),
      prometheus: { host: '127.0.0.1', port: 0 },
    });
    let logged = '';
    serverProcess.stderr.on('data', (chunk) => (logged += String(chunk)));
    const { port, metricsPort } = JSON.parse(await line(serverProcess)) as { port: number; metricsPort: number };
    const clientProcess = start('client.js', {
      port,
      serviceVersion: '1.2.3',
      instanceId: 'laptop',
      spanFile: join(folder, 'traces', 'client.jsonl'),
      otlpEndpoint: `http://127.0.0.1:${collectorPort}`,
    });
    seen = JSON.parse(await line(clientProcess)) as typeof seen;
    metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const exited = exit(serverProcess);
    serverProcess.stdin.end();
    await exited;
    collector.forceShutdown();
    log = logged
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    client = await spansOf(join(folder, 'traces', 'client.jsonl'));
    server = await spansOf(join(folder, 'server.jsonl'));
  }, 30_000);

  afterAll(() => rm(folder, { recursive: true }));

  test('exchange messages as without it', () => {
    expect(seen).toMatchObject({ unary: { hello: 'world' }, failed: 5, stream: [1, 2, 3], cancelled: 1 });
  });

  test('write one trace in two files, each server span under its client span', () => {
    expect(new Set([...client, ...server].map((span) => span.traceId))).toEqual(new Set([seen.traceId]));
    const calls = client.filter((span) => span.kind === 'client');
    expect(calls.map((span) => [span.name, span.attributes['rpc.grpc.status_code']])).toEqual([
      ['grpc.test.v1.EchoService/Echo', 0],
      ['grpc.test.v1.EchoService/Echo', 5],
      ['grpc.test.v1.EchoService/Count', 0],
      ['grpc.test.v1.EchoService/Count', 1],
    ]);
    const answers = server.filter((span) => span.kind === 'server');
    expect(answers.map((span) => span.parentSpanId)).toEqual(calls.map((span) => span.spanId));
    expect(answers.map((span) => span.attributes['rpc.grpc.status_code'])).toEqual([0, 5, 0, 1]);
    expect(client.find((span) => span.name === 'calls')).toMatchObject({ service: 'caller', instanceId: 'laptop' });
  });

  test("nest the server's own spans under the call", () => {
    const work = server.filter((span) => span.name === 'work');
    const echo = server.filter((span) => span.name.endsWith('/Echo'));
    expect(work.map((span) => span.parentSpanId)).toEqual(echo.map((span) => span.spanId));
    expect(work[0].attributes).toEqual({ 'gradsign.proxy': 'gradsign' });
    expect(BigInt(work[0].endTimeUnixNano) - BigInt(work[0].startTimeUnixNano)).toBeGreaterThan(4_000_000n);
  });

  test('serve the RPC metrics to Prometheus', () => {
    const echo = 'rpc_system="grpc",rpc_service="test.v1.EchoService",rpc_method="Echo"';
    const count = 'rpc_system="grpc",rpc_service="test.v1.EchoService",rpc_method="Count"';
    expect(metrics).toContain(`rpc_server_requests_total{${echo},rpc_grpc_status_code="0"} 1\n`);
    expect(metrics).toContain(`rpc_server_requests_total{${echo},rpc_grpc_status_code="5"} 1\n`);
    expect(metrics).toContain(`rpc_server_requests_total{${count},rpc_grpc_status_code="0"} 1\n`);
    expect(metrics).toContain(`rpc_server_active_requests{${echo}} 0\n`);
    expect(metrics).toContain(`rpc_server_duration_count{${echo},rpc_grpc_status_code="0"} 1\n`);
    expect(metrics).toMatch(/rpc_server_duration_bucket\{.*rpc_method="Echo".*le="1"\} 0\n/);
    expect(metrics).toContain('service_instance_id="replica-1"');
  });

  test('log with the ids of the active span and without secrets', () => {
    const echo = server.filter((span) => span.name.endsWith('/Echo'));
    expect(log.map((entry) => [entry.trace_id, entry.span_id])).toEqual(
      echo.map((span) => [span.traceId, span.spanId]),
    );
    expect(JSON.stringify(log)).not.toContain('hunter2');
  });

  test('send the spans to a collector', () => {
    const all = Buffer.concat(received);
    expect(all.includes(Buffer.from(seen.traceId, 'hex'))).toBe(true);
    for (const span of client) expect(all.includes(Buffer.from(span.spanId, 'hex'))).toBe(true);
  });
});

test('a start after grpc-js was loaded fails and says what to do', async () => {
  await expect(line(start('late-start.js'))).resolves.toMatch(/^@grpc\/grpc-js is already loaded: call startTelemetry/);
});

test('a metrics address in use fails the start', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const child = start('server.js', {
    serviceVersion: '1',
    instanceId: '1',
    prometheus: { host: '127.0.0.1', port },
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  await expect(exit(child)).resolves.toBe(1);
  expect(errors).toContain(`EADDRINUSE: address already in use 127.0.0.1:${port}`);
  await new Promise((resolve) => taken.close(resolve));
});

test.each([-0.1, 1.5, Number.NaN])('a sampling ratio of %p is refused', async (samplingRatio) => {
  const options = { serviceName: 's', serviceVersion: '1', instanceId: '1', samplingRatio };
  await expect(startTelemetry(options)).rejects.toThrow(/^samplingRatio is .*: it must be between 0 and 1$/);
});

test('spans have ids, and so have logs, where they are sent nowhere', async () => {
  const service = { serviceVersion: '1', instanceId: '1' };
  const server = start('server.js', service);
  let logged = '';
  server.stderr.on('data', (chunk) => (logged += String(chunk)));
  const { port } = JSON.parse(await line(server)) as { port: number };
  const { traceId } = JSON.parse(await line(start('client.js', { ...service, port }))) as { traceId: string };
  const exited = exit(server);
  server.stdin.end();
  await exited;
  expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
  expect(logged.match(/"trace_id":"([0-9a-f]+)"/)![1]).toBe(traceId);
});
