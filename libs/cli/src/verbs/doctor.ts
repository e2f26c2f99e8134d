import { accessSync, constants, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Option, type Command } from 'commander';
import { createClients } from '@gradsign/client';
import {
  BuiltinDataset,
  Engine,
  engineNames,
  formatDataset,
  SearchSpace,
  ServiceError,
  type ScoreArchitectureRequest,
} from '@gradsign/contracts';
import { DATASET_NAMES } from '@gradsign/datasets';
import { withBackend } from '../with-backend';
import { readConfig } from '../config';
import { describeError } from '../errors';
import { Output } from '../output';
import { VERSION } from '../version';

interface DoctorOptions {
  readonly format: 'json' | 'table';
}

/** One thing that was tried. */
interface Finding {
  readonly area: 'version' | 'engine' | 'scoring' | 'data' | 'state' | 'service';
  readonly name: string;
  readonly works: boolean;
  /** What was found, or why it does not work. */
  readonly detail: string;
}

/** `gradsign doctor`. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what works on this machine, and why the rest does not')
    .addOption(new Option('--format <format>', 'how results are printed').choices(['table', 'json']).default('table'))
    .action(doctor);
}

async function doctor({ format }: DoctorOptions): Promise<void> {
  const output = new Output(format);
  for (const finding of [...versions(), ...(await compute()), ...(await state()), ...(await services())]) {
    output.row({ ...finding });
  }
  output.end();
}

function versions(): Finding[] {
  const require = createRequire(__filename);
  const runtime = (require('onnxruntime-node/package.json') as { version: string }).version;
  const [major, minor] = process.versions.node.split('.').map(Number);
  const supported = major > 20 || (major === 20 && minor >= 19);
  const rule = supported ? '' : ': at least 20.19 is needed';
  return [
    { area: 'version', name: 'gradsign', works: true, detail: VERSION },
    { area: 'version', name: 'node', works: supported, detail: `${process.versions.node}${rule}` },
    { area: 'version', name: 'onnxruntime-node', works: true, detail: runtime },
  ];
}

/** A small score is computed in a worker process: that works only where everything below it does. */
async function compute(): Promise<Finding[]> {
  return withBackend({ local: true, workers: 1, format: 'json' }, async ({ scorer }) => {
    const { engines, datasets } = await scorer.describeScorer({});
    const readable = datasets.map(({ dataset }) => formatDataset(dataset, 'dataset'));
    const scored = await attempt('scoring', 'gradsign of a small network', async () => {
      const { scores } = await scorer.scoreArchitecture(SMALL_SCORE);
      return `${scores[0].value} of at most ${8 * Number(scores[0].weights)}, in ${scores[0].seconds.toFixed(3)} s`;
    });
    return [
      ...engines.map(({ engine, device, available, reason }): Finding => ({
        area: 'engine',
        name: `${engineNames.format(engine, 'engine')} on ${device}`,
        works: available,
        detail: reason,
      })),
      scored,
      ...DATASET_NAMES.map((name): Finding => {
        const works = readable.includes(name);
        return { area: 'data', name, works, detail: works ? '' : 'its images are given by --data-dir or --data-dirs' };
      }),
    ];
  });
}

const NOISE = { source: { $case: 'noise', value: BuiltinDataset.BUILTIN_DATASET_CIFAR10 } } as const;
const SMALL_SCORE: ScoreArchitectureRequest = {
  subject: {
    $case: 'architecture',
    value: {
      space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
      architecture: '|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|',
    },
  },
  settings: {
    proxies: [{ id: 'gradsign', batchSize: 8, initializations: undefined }],
    data: { source: { $case: 'dataset', value: NOISE }, augmentation: 0 },
    network: { variant: 0, channels: 4, cellsPerStage: 1 },
    seed: undefined,
    engine: Engine.ENGINE_UNSPECIFIED,
    device: '',
    recompute: true,
  },
};

async function state(): Promise<Finding[]> {
  const { home } = readConfig();
  return [
    await attempt('state', home, async () => {
      mkdirSync(home, { recursive: true });
      accessSync(home, constants.W_OK);
      return 'can be written to';
    }),
    await attempt('state', 'benchmarks', () =>
      withBackend({ local: true, format: 'json' }, async ({ oracle }) => {
        const { benchmarks } = await oracle.listBenchmarks({});
        return benchmarks.map(({ id }) => id).join(', ') || 'none is installed';
      }),
    ),
  ];
}

async function services(): Promise<Finding[]> {
  const { scorer, oracle, searcher } = readConfig();
  const clients = createClients({ scorer, oracle, searcher, connectTimeoutMs: 500 });
  try {
    return await Promise.all([
      attempt(
        'service',
        `scorer at ${scorer}`,
        async () => `${(await clients.scorer.listProxies({})).proxies.length} proxies`,
      ),
      attempt('service', `benchmark-oracle at ${oracle}`, async () => {
        return `${(await clients.oracle.listBenchmarks({})).benchmarks.length} benchmarks`;
      }),
      attempt('service', `searcher at ${searcher}`, async () => {
        return `${(await clients.searcher.listAlgorithms({})).algorithms.length} algorithms`;
      }),
    ]);
  } finally {
    clients.close();
  }
}

async function attempt(area: Finding['area'], name: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return { area, name, works: true, detail: await work() };
  } catch (error) {
    const detail = error instanceof ServiceError ? error.message : describeError(error);
    return { area, name, works: false, detail };
  }
}
