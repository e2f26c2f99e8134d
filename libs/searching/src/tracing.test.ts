import { tracing, NodeSDK } from '@opentelemetry/sdk-node';
import { attributes, withSpan } from '@gradsign/telemetry';
import { Fixture, guidance } from './test-support';

const exporter = new tracing.InMemorySpanExporter();
const sdk = new NodeSDK({
  autoDetectResources: false,
  spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
  metricReaders: [],
  logRecordProcessors: [],
});
beforeAll(() => sdk.start());
afterAll(() => sdk.shutdown());

test('each step is a trace of its own, and calls of the services belong to it', async () => {
  const fixture = new Fixture();
  fixture.scorer.before = () => withSpan('scorer called', {}, () => undefined);
  fixture.oracle.before = () => withSpan('oracle called', {}, () => undefined);
  const fields = { guidance: guidance(), budget: { trials: 3 }, parallelism: 2 };
  const name = await withSpan('create search', {}, () => fixture.create(fields));
  await fixture.end(name);
  const trials = await fixture.trials(name);
  await fixture.service.close();

  const spans = exporter.getFinishedSpans();
  const steps = spans.filter((span) => span.name === 'search step');
  expect(steps.map((span) => span.parentSpanContext)).toEqual([undefined, undefined, undefined]);
  const byNumber = steps.toSorted(
    (a, b) => Number(a.attributes[attributes.TRIAL_NUMBER]) - Number(b.attributes[attributes.TRIAL_NUMBER]),
  );
  expect(byNumber.map((span) => span.attributes)).toEqual(
    trials.map(({ number, architecture }) => ({
      [attributes.SEARCH_NAME]: name,
      [attributes.SEARCH_ALGORITHM]: 'g-random',
      [attributes.SEARCH_SPACE]: 'nas-bench-201',
      [attributes.TRIAL_NUMBER]: number,
      [attributes.ARCHITECTURE]: architecture,
    })),
  );
  const traces = new Map(steps.map((span) => [span.spanContext().traceId, [] as string[]]));
  expect(traces.size).toBe(3);
  for (const span of spans) traces.get(span.spanContext().traceId)?.push(span.name);
  const step = ['scorer called', 'score pool', 'oracle called', 'evaluate trial', 'search step'];
  expect([...traces.values()]).toEqual([step, step, step]);
});
