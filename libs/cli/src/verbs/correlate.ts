import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { fromStatus, type Evaluation, type Score } from '@gradsign/contracts';
import { Random, Stream } from '@gradsign/random';
import { scatterSvg, toCsv } from '@gradsign/report';
import { kendall, spearman, spearmanInterval } from '@gradsign/statistics';
import { withBackend, type Backend } from '../backend';
import { evaluationSettings, withEvaluation, type EvaluationOptions } from '../benchmark-settings';
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
import { createProgress } from '../progress';
import { takeSample } from '../sample';
import { scoreSettings } from '../score-settings';

interface CorrelateOptions extends ConnectionOptions, ScoreDataOptions, EvaluationOptions {
  readonly dataset: string;
  readonly scoreDataset?: string;
  readonly proxies: string[];
  readonly sample?: number;
  readonly sampleSeed?: bigint;
  readonly out?: string;
}

const RESAMPLES = 1000;

/** `gradsign correlate`. */
export function addCorrelate(program: Command): void {
  const command = program
    .command('correlate')
    .description('rank correlation of proxies with trained accuracy')
    .requiredOption('--proxies <names>', 'proxies, joined by commas', list)
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
      const scores = await scoreAll(backend, evaluations, { ...options, dataset: scoreDataset });
      for (const proxy of options.proxies) {
        const own = scores.map((of) => of.get(proxy)!);
        const row = correlationRow(options, proxy, evaluations, own);
        output.row(row);
        if (options.out) writePlot(options.out, row, evaluations, own);
      }
      if (options.out) writeCsv(options.out, options.proxies, evaluations, scores);
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

async function scoreAll(
  { scorer, oracle }: Backend,
  evaluations: readonly Evaluation[],
  options: CorrelateOptions,
): Promise<Map<string, Score>[]> {
  const settings = await scoreSettings(scorer, options.proxies, options);
  const { benchmark } = await oracle.getBenchmark({ benchmark: options.benchmark });
  const architectures = evaluations.map(({ architecture }) => architecture);
  const progress = createProgress('scoring', architectures.length);
  const results: Map<string, Score>[] = [];
  try {
    for await (const { scores, error } of scorer.scoreArchitectures({
      space: benchmark!.space,
      architectures,
      settings,
    })) {
      if (error) throw fromStatus(error);
      results.push(new Map(scores.map((score) => [score.proxy, score])));
      progress.update(results.length);
    }
  } finally {
    progress.stop();
  }
  return results;
}

function correlationRow(
  options: CorrelateOptions,
  proxy: string,
  evaluations: readonly Evaluation[],
  scores: readonly Score[],
) {
  // The direction is turned, so that a good proxy has a positive correlation.
  const values = scores.map(({ value, higherIsBetter }) => (higherIsBetter ? value : -value));
  const accuracies = evaluations.map(({ accuracy }) => accuracy);
  const random = new Random(Stream.of(0, 'bootstrap', proxy));
  return {
    benchmark: options.benchmark,
    dataset: options.dataset,
    trainingSet: options.trainingSet ?? 'full',
    split: options.split,
    proxy,
    n: values.length,
    spearman: spearman(values, accuracies),
    spearmanCi95: spearmanInterval(values, accuracies, { resamples: RESAMPLES, random }),
    kendall: kendall(values, accuracies),
    secondsPerArchitecture: scores.reduce((sum, { seconds }) => sum + seconds, 0) / scores.length,
    seed: options.seed,
    scoreDataset: options.scoreDataset ?? options.dataset,
  };
}

function writePlot(
  out: string,
  { proxy, n, spearman: rho, spearmanCi95: [low, high], ...row }: ReturnType<typeof correlationRow>,
  evaluations: readonly Evaluation[],
  scores: readonly Score[],
): void {
  mkdirSync(out, { recursive: true });
  const points = scores.map(({ value }, i) => ({ x: value, y: evaluations[i].accuracy }));
  const svg = scatterSvg({
    points: points.filter(({ x }) => Number.isFinite(x)),
    xLabel: `${proxy} at initialisation`,
    yLabel: `${row.dataset} ${row.split} accuracy after training (%)`,
    title: `${n} architectures of ${row.benchmark}`,
    note: `Spearman’s ρ = ${rho.toFixed(3)}, 95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}; seed ${row.seed}`,
  });
  writeFileSync(join(out, `${proxy}.svg`), svg);
}

function writeCsv(
  out: string,
  proxies: readonly string[],
  evaluations: readonly Evaluation[],
  scores: readonly Map<string, Score>[],
): void {
  const rows = evaluations.map(({ architecture, accuracy }, i) => ({
    architecture,
    accuracy,
    ...Object.fromEntries(proxies.map((proxy) => [proxy, scores[i].get(proxy)!.value])),
  }));
  writeFileSync(join(out, 'scores.csv'), toCsv(rows));
  process.stderr.write(`${toJson({ written: join(out, 'scores.csv'), plots: proxies.length })}\n`);
}
