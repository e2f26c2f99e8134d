// What an operator sees of the services: metrics and logs.
import { errorCodeOf } from '@gradsign/contracts';
import type { SpanLine } from '@gradsign/telemetry';
import { serving, temporaryFolder } from './product';
import { refusal } from './refusal';
import { CELL, NAS_BENCH_201, scoreSettings } from './requests';
import { label, readSpans } from './spans';

jest.setTimeout(120_000);

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
type Log = Readonly<Record<string, string | number>>;

const home = temporaryFolder();
const metrics: Record<string, Sample[]> = {};
let logs: Log[];
let spans: SpanLine[];

beforeAll(async () => {
  const { clients, addresses, stop } = await serving(home, '--log-level', 'debug');
  const { scorer, oracle, searcher } = clients;
  const score = (architecture: string) =>
    scorer.scoreArchitecture({
      subject: { $case: 'architecture', value: { space: NAS_BENCH_201, architecture } },
      settings: scoreSettings(),
    });
  await score(CELL);
  await score(CELL);
  await refusal(score('|conv~0|'));
  await oracle.listBenchmarks({});
  await refusal(oracle.getBenchmark({ benchmark: 'nosuch' }));
  await searcher.listAlgorithms({});
  await refusal(searcher.getSearch({ name: 'searches/nosuch' }));
  for (const [name, address] of Object.entries(addresses.metrics)) {
    metrics[name] = samples(await (await fetch(`http://${address}/metrics`)).text());
  }
  const { stderr } = await stop();
  logs = stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Log);
  spans = await readSpans(home);
});

/** The samples of Prometheus' text format. */
function samples(text: string): Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)/.exec(line)!;
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
}

const CALLS: [service: string, method: string, code: string, count: number][] = [
  ['scorer', 'ScoreArchitecture', 'OK', 2],
  ['scorer', 'ScoreArchitecture', 'INVALID_ARGUMENT', 1],
  ['oracle', 'ListBenchmarks', 'OK', 1],
  ['oracle', 'GetBenchmark', 'NOT_FOUND', 1],
  ['searcher', 'ListAlgorithms', 'OK', 1],
  ['searcher', 'GetSearch', 'NOT_FOUND', 1],
];

test.each(CALLS)('%s counts and times %s calls that ended with %s', (service, method, code, count) => {
  const of = (name: string) =>
    metrics[service].filter(
      ({ name: other, labels }) =>
        other === name && labels.rpc_method === method && codeName(labels.rpc_grpc_status_code) === code,
    );
  expect(of('rpc_server_requests_total')).toEqual([expect.objectContaining({ value: count })]);
  expect(of('rpc_server_duration_count')).toEqual([expect.objectContaining({ value: count })]);
  expect(of('rpc_server_duration_sum')[0].value).toBeGreaterThan(0);
  const buckets = of('rpc_server_duration_bucket').map(({ value }) => value);
  expect(buckets.at(-1)).toBe(count);
  expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
});

test.each(['scorer', 'oracle', 'searcher'])('%s has no call in flight', (service) => {
  const active = metrics[service].filter(({ name }) => name === 'rpc_server_active_requests');
  expect(active.length).toBeGreaterThan(0);
  expect(active.map(({ value }) => value)).toEqual(active.map(() => 0));
});

function codeName(code: string): string {
  return code === '0' ? 'OK' : errorCodeOf(Number(code));
}

test('each call has a line in the log that names its span', () => {
  for (const [service, method, code, count] of CALLS) {
    const name = service === 'oracle' ? 'benchmark-oracle' : service;
    const lines = logs.filter(
      (log) => log.service === name && String(log.method).endsWith(`/${method}`) && log.code === code,
    );
    expect(lines).toHaveLength(count);
    for (const line of lines) {
      expect(line).toMatchObject({ time: expect.stringMatching(/^\d{4}-.*Z$/), level: expect.any(String) });
      const named = spans.filter(({ traceId, spanId }) => traceId === line.trace_id && spanId === line.span_id);
      expect(named.map(label)).toEqual([`${name} server ${method}`]);
    }
  }
});

test('a failure is told at level info with its sentence, a success at level debug', () => {
  const [failed] = logs.filter((log) => log.service === 'searcher' && log.code === 'NOT_FOUND');
  expect(failed).toMatchObject({ level: 'info', message: 'there is no searches/nosuch' });
  const [answered] = logs.filter((log) => log.service === 'scorer' && log.code === 'OK');
  expect(answered).toMatchObject({ level: 'debug', message: 'answered' });
});
