import { NodeSDK, tracing } from '@opentelemetry/sdk-node';
import { recordSpans } from './span-record';
import type { SpanRecord } from './span-record';
import { createRpcServerMetrics } from './rpc-metrics';
import { withRootSpan, withSpan } from './spans';

const record = (id: string, parentId: string | undefined, rest: Partial<SpanRecord> = {}): SpanRecord => ({
  id,
  parentId,
  pid: 12,
  name: id,
  startTimeUnixNano: 1_700_000_000_123_456_789n,
  endTimeUnixNano: 1_700_000_001_000_000_001n,
  attributes: {},
  status: { code: 'ok' },
  ...rest,
});

describe('without telemetry', () => {
  test('spans, records and metrics do nothing, and functions still run', async () => {
    await expect(withSpan('a', {}, () => 5)).resolves.toBe(5);
    recordSpans([record('a', undefined)]);
    createRpcServerMetrics().started({ service: 's', method: 'm' })(0);
  });
});

describe('with telemetry', () => {
  const exporter = new tracing.InMemorySpanExporter();
  const sdk = new NodeSDK({
    autoDetectResources: false,
    spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
    metricReaders: [],
    logRecordProcessors: [],
  });
  beforeAll(() => sdk.start());
  beforeEach(() => exporter.reset());
  afterAll(() => sdk.shutdown());
  const named = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name)!;

  test('withSpan nests over asynchronous steps and passes the value on', async () => {
    const value = await withSpan('outer', { 'gradsign.proxy': 'snip' }, async () => {
      await Promise.resolve();
      return withSpan('inner', {}, () => 7);
    });
    expect(value).toBe(7);
    expect(named('inner').parentSpanContext?.spanId).toBe(named('outer').spanContext().spanId);
    expect(named('outer').attributes).toEqual({ 'gradsign.proxy': 'snip' });
  });

  test('withSpan marks a failed span and throws the error on', async () => {
    const error = new RangeError('too deep');
    await expect(withSpan('broken', {}, () => Promise.reject(error))).rejects.toBe(error);
    expect(named('broken').status).toEqual({ code: 2, message: 'too deep' });
    expect(named('broken').events[0].attributes).toMatchObject({ 'exception.type': 'RangeError' });
  });

  test('withRootSpan begins a trace of its own, and spans inside belong to it', async () => {
    await withSpan('request', {}, () => withRootSpan('step', {}, () => withSpan('call', {}, () => undefined)));
    expect(named('step').parentSpanContext).toBeUndefined();
    expect(named('step').spanContext().traceId).not.toBe(named('request').spanContext().traceId);
    expect(named('call').parentSpanContext?.spanId).toBe(named('step').spanContext().spanId);
  });

  test('recordSpans re-creates a tree, listed in any order, with its times under the active span', async () => {
    await withSpan('request', {}, () =>
      recordSpans([
        record('leaf', 'task', { status: { code: 'error', message: 'no memory' }, attributes: { chunk: 3 } }),
        record('task', undefined),
        record('orphan', 'unknown'),
      ]),
    );
    const [request, task] = [named('request'), named('task')];
    expect(task.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(named('orphan').parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(named('leaf').parentSpanContext?.spanId).toBe(task.spanContext().spanId);
    expect(named('leaf')).toMatchObject({
      status: { code: 2, message: 'no memory' },
      attributes: { chunk: 3, 'gradsign.worker.pid': 12 },
      startTime: [1_700_000_000, 123_456_789],
      endTime: [1_700_000_001, 1],
    });
    expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });
});
