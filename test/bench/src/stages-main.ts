import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { jsonLines } from '@gradsign/bars/command';
import { circumstances } from '@gradsign/bars/machine';
import { ROOT } from '@gradsign/bars/paths';
import { sampleArchitectures } from '@gradsign/bars/sample';
import { mean } from '@gradsign/bars/statistics';
import { WORKER_ENVIRONMENT } from '@gradsign/engine-onnxruntime/worker-environment';
import { proxies } from '@gradsign/proxies';
import { count } from './options';
import { operatorShares, type OperatorShare } from './profile';
import { STAGES, type StageTimes } from './stages';
import type { StagesWork } from './stages-worker';
import { table } from './table';

const USAGE = `npm run bench:stages -- [OPTIONS]    processor time of each stage of scoring NAS-Bench-201 architectures

--proxy ID            a proxy over a graph (default gradsign)
--architectures N     the first N by the SHA-256 of their text (default 20)
--batch-size N        default 64
--chunk-size N        default 16
--profile             run them once more and print each operator's share of the run
--out FILE            figures as JSON (default out/bench/stages.json)
`;
const WARM_UP = 2;
const SHOWN_OPERATORS = 15;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      proxy: { type: 'string', default: 'gradsign' },
      architectures: { type: 'string', default: '20' },
      'batch-size': { type: 'string', default: '64' },
      'chunk-size': { type: 'string', default: '16' },
      profile: { type: 'boolean', default: false },
      out: { type: 'string', default: join(ROOT, 'out', 'bench', 'stages.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const graphProxies = [...proxies.values()].filter(({ kind }) => kind === 'graph').map(({ id }) => id);
  if (!graphProxies.includes(values.proxy)) {
    throw new RangeError(`--proxy "${values.proxy}": must be one of ${graphProxies.join(', ')}`);
  }
  const architectures = sampleArchitectures(count(values.architectures, '--architectures'));
  const work: StagesWork = {
    architectures,
    warmUp: architectures.slice(0, WARM_UP),
    proxy: values.proxy,
    batchSize: count(values['batch-size'], '--batch-size'),
    chunkSize: count(values['chunk-size'], '--chunk-size'),
  };
  const rows = await measure(work);
  printStages(rows);
  const operators = values.profile ? await profile(work) : undefined;
  if (operators) printOperators(operators);
  mkdirSync(dirname(values.out), { recursive: true });
  const { proxy, batchSize, chunkSize } = work;
  const result = { proxy, batchSize, chunkSize, ...circumstances(), stages: means(rows), rows, operators };
  writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`figures in ${values.out}\n`);
}

async function measure(work: StagesWork): Promise<StageTimes[]> {
  const worker = join(__dirname, 'stages-worker.js');
  return (await jsonLines(process.execPath, [worker, JSON.stringify(work)], {
    env: WORKER_ENVIRONMENT,
  })) as unknown as StageTimes[];
}

/** In runs of their own: a profiled session is slower. */
async function profile(work: StagesWork): Promise<OperatorShare[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gradsign-profile-'));
  try {
    await measure({ ...work, profile: join(folder, 'session') });
    return operatorShares(readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function means(rows: readonly StageTimes[]) {
  const stages = STAGES.map((stage) => ({ stage: stage as string, cpuMs: mean(rows.map((row) => row.cpuMs[stage])) }));
  return [...stages, { stage: 'all', cpuMs: stages.reduce((sum, { cpuMs }) => sum + cpuMs, 0) }];
}

function printStages(rows: readonly StageTimes[]): void {
  const stages = means(rows);
  const all = stages.at(-1)!.cpuMs;
  const cells = stages.map(({ stage, cpuMs }) => [stage, cpuMs.toFixed(1), percent(cpuMs / all)]);
  process.stdout.write(table(['stage', 'CPU ms per architecture', 'share'], cells));
}

function printOperators(operators: readonly OperatorShare[]): void {
  const cells = operators
    .slice(0, SHOWN_OPERATORS)
    .map(({ operator, runs, milliseconds, share }) => [
      operator,
      String(runs),
      milliseconds.toFixed(1),
      percent(share),
    ]);
  process.stdout.write(`\n${table(['operator', 'runs', 'ms in all', 'share of the run'], cells)}`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});
