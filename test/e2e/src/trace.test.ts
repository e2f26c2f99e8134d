import type { Trial } from '@gradsign/contracts';
import type { SpanLine } from '@gradsign/telemetry';
import { serving, temporaryFolder } from './product';
import { guidedSearch } from './requests';
import { succeeds } from './searches';
import { label, pathsBelow, readSpans } from './spans';
import { fromTable, importTable } from './table';

jest.setTimeout(120_000);

const home = temporaryFolder();
let trained: Trial[];
let looked: Trial[];
let spans: SpanLine[];

beforeAll(async () => {
  await importTable(home, 'whole');
  const { clients, stop } = await serving(home);
  ({ trials: trained } = await succeeds(clients.searcher, guidedSearch(3)));
  ({ trials: looked } = await succeeds(clients.searcher, guidedSearch(3, { evaluation: fromTable('whole') })));
  await stop();
  spans = await readSpans(home);
});

/** The spans of the trace of a trial, its root first. */
function traceOf({ name, number }: Trial): SpanLine[] {
  const search = name.replace(/\/trials\/.*/, '');
  const [root, ...more] = spans.filter(
    ({ attributes }) => attributes['gradsign.search.name'] === search && attributes['gradsign.search.trial'] === number,
  );
  expect(more).toEqual([]);
  return [root, ...spans.filter((span) => span.traceId === root.traceId && span !== root)];
}

const SCORED =
  'searcher search step > searcher score pool > searcher client ScoreArchitectures > scorer server ScoreArchitectures > ' +
  'scorer score architecture';
const STARTED =
  'searcher search step > searcher evaluate trial > searcher client StartTraining > ' +
  'benchmark-oracle server StartTraining > benchmark-oracle train network';

test('a step with real training is one tree from the searcher to the workers', () => {
  const guided = trained.at(-1)!;
  expect(guided.pool).toHaveLength(3);
  const trace = traceOf(guided);
  expect([...pathsBelow(trace[0], trace)]).toEqual(
    expect.arrayContaining([
      `${SCORED} > scorer build network`,
      `${SCORED} > scorer evaluate proxies`,
      ...['read images', 'build network', 'train', 'measure model'].map(
        (name) => `${STARTED} > benchmark-oracle ${name}`,
      ),
      'searcher search step > searcher evaluate trial > searcher client WatchTraining > benchmark-oracle server WatchTraining',
    ]),
  );
});

test('a step on a table is one tree from the searcher to the workers and the table', () => {
  const guided = looked.at(-1)!;
  expect(guided.pool).toHaveLength(3);
  const trace = traceOf(guided);
  expect([...pathsBelow(trace[0], trace)]).toEqual(
    expect.arrayContaining([
      `${SCORED} > scorer build network`,
      `${SCORED} > scorer evaluate proxies`,
      'searcher search step > searcher evaluate trial > searcher client GetEvaluation > benchmark-oracle server GetEvaluation',
    ]),
  );
});

test('every step of both searches is a trace of its own, with one root and no loose ends', () => {
  const traces = [...trained, ...looked].map(traceOf);
  expect(new Set(traces.map(([root]) => root.traceId)).size).toBe(6);
  for (const [root, ...others] of traces) {
    expect(label(root)).toBe('searcher search step');
    expect(root.parentSpanId).toBeUndefined();
    const ids = new Set([root, ...others].map(({ spanId }) => spanId));
    expect(ids.size).toBe(1 + others.length);
    expect(others.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))).toEqual([]);
  }
});

test('the spans of workers name processes that are none of the services', () => {
  const services = new Set(spans.map(({ instanceId }) => Number(instanceId.split(':').at(-1))));
  expect(services.size).toBe(3);
  const trace = traceOf(trained.at(-1)!);
  const pidsOf = (name: string) =>
    trace.filter((s) => label(s) === name).map((s) => s.attributes['gradsign.worker.pid']);
  const scoring = pidsOf('scorer evaluate proxies');
  const training = pidsOf('benchmark-oracle train');
  expect([scoring.length, training.length]).toEqual([new Set(trained.at(-1)!.pool.map((c) => c.architecture)).size, 1]);
  for (const pid of [...scoring, ...training]) {
    expect(pid).toEqual(expect.any(Number));
    expect(services).not.toContain(pid);
  }
  expect(scoring).not.toContain(training[0]);
});
