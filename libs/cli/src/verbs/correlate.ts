import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Evaluation } from '@gradsign/contracts';
import { scatterSvg, toCsv } from '@gradsign/report';
import type { Backend } from '../backend';
import { withBackend } from '../with-backend';
import { evaluationSettings, withEvaluation, type EvaluationOptions } from '../benchmark-settings';
import { correlationRow, type CorrelationRow } from '../correlate/rows';
import { computeScores, tableColumns, tableScores, type ProxyScores } from '../correlate/scores';
import {
  integer,
  list,
  seed,
  withConnection,
  withScoreData,
  type ConnectionOptions,
  type ScoreDataOptions,
} from '../options';
import { Output, toJson } from '../output';
import { takeSample } from '../sample';

interface CorrelateOptions extends ConnectionOptions, ScoreDataOptions, EvaluationOptions {
  readonly dataset: string;
  readonly scoreDataset?: string;
  readonly proxies: string[];
  readonly scores?: string;
  readonly sample?: number;
  readonly sampleSeed?: bigint;
  readonly out?: string;
}

/** `gradsign correlate`. */
export function addCorrelate(program: Command): void {
  const command = program
    .command('correlate')
    .description('rank correlation of proxies with trained accuracy, over all and among equal live weights')
    .requiredOption('--proxies <names>', 'proxies, joined by commas; columns, with --scores', list)
    .option('--scores <table.arrow>', 'take the scores from this table of `gradsign sweep`')
    .option('--score-dataset <name>', 'data set that is scored; default: the benchmark’s')
    .option('--sample <n>', 'number of architectures; default: all', integer(3))
    .option('--sample-seed <k>', 'seed of a random sample; default: the first by SHA-256 of their text', seed)
    .option('--out <dir>', 'folder for CSV and SVG scatter plots');
  withEvaluation(withConnection(withScoreData(command, { dataset: false }))).action(correlate);
}

async function correlate(options: CorrelateOptions): Promise<void> {
  const scoreDataset = options.scoreDataset ?? options.dataset;
  const output = new Output(options.format);
  await withBackend(
    options,
    async (backend) => {
      const evaluations = await sampled(backend, options);
      const { proxies, liveWeights } = await scoresOf(backend, evaluations, { ...options, dataset: scoreDataset });
      const accuracies = evaluations.map(({ accuracy }) => accuracy);
      for (const proxy of proxies) {
        const row = correlationRow(options, proxy, accuracies, liveWeights);
        output.row(row);
        if (options.out) writePlot(options.out, row, proxy, accuracies);
      }
      if (options.out) writeCsv(options.out, evaluations, proxies);
    },
    scoreDataset,
  );
  output.end();
}

async function sampled({ oracle }: Backend, options: CorrelateOptions): Promise<Evaluation[]> {
  const all: Evaluation[] = [];
  const settings = evaluationSettings(options);
  for await (const { evaluations } of oracle.streamEvaluations({ benchmark: options.benchmark, settings })) {
    all.push(...evaluations);
  }
  return takeSample(all, options.sample ?? all.length, (e) => e.architecture, options.sampleSeed);
}

/** The scores asked for, and the architectures' live weights. */
async function scoresOf(
  backend: Backend,
  evaluations: readonly Evaluation[],
  options: CorrelateOptions,
): Promise<{ proxies: readonly ProxyScores[]; liveWeights: readonly number[] }> {
  const architectures = evaluations.map(({ architecture }) => architecture);
  const { benchmark } = await backend.oracle.getBenchmark({ benchmark: options.benchmark });
  const compute = (names: readonly string[]) => computeScores(backend, benchmark!.space, architectures, names, options);
  if (options.scores !== undefined) {
    const known = tableScores(options.scores, architectures, options.proxies);
    const columns = tableColumns(options.scores);
    const [live] = columns.includes('live_weights')
      ? tableScores(options.scores, architectures, ['live_weights'])
      : await compute(['live_weights']);
    return { proxies: known, liveWeights: live.values };
  }
  const computed = await compute([...new Set([...options.proxies, 'live_weights'])]);
  return {
    proxies: computed.slice(0, options.proxies.length),
    liveWeights: computed.find(({ label }) => label === 'live_weights')!.values,
  };
}

function writePlot(out: string, row: CorrelationRow, proxy: ProxyScores, accuracies: readonly number[]): void {
  mkdirSync(out, { recursive: true });
  const [low, high] = row.spearmanCi95;
  const points = proxy.values.map((value, i) => ({ x: value, y: accuracies[i] }));
  const svg = scatterSvg({
    points: points.filter(({ x }) => Number.isFinite(x)),
    xLabel: `${row.proxy} at initialisation`,
    yLabel: `${row.dataset} ${row.split} accuracy after training (%)`,
    title: `${row.n} architectures of ${row.benchmark}`,
    note: `Spearman’s ρ = ${row.spearman.toFixed(3)}, 95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}; seed ${row.seed}`,
  });
  writeFileSync(join(out, `${row.proxy}.svg`), svg);
}

function writeCsv(out: string, evaluations: readonly Evaluation[], proxies: readonly ProxyScores[]): void {
  const rows = evaluations.map(({ architecture, accuracy }, i) => ({
    architecture,
    accuracy,
    ...Object.fromEntries(proxies.map(({ label, values }) => [label, values[i]])),
  }));
  writeFileSync(join(out, 'scores.csv'), toCsv(rows));
  process.stderr.write(`${toJson({ written: join(out, 'scores.csv'), plots: proxies.length })}\n`);
}
