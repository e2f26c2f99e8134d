import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  engineNames,
  formatDataset,
  fromStatus,
  scoreSourceNames,
  searchSpaceNames,
  type Score,
} from '@gradsign/contracts';
import { withBackend } from '../with-backend';
import { UsageError } from '../errors';
import {
  collect,
  list,
  withConnection,
  withScoreData,
  type ConnectionOptions,
  type ScoreDataOptions,
} from '../options';
import { Output, type Row } from '../output';
import { scoreSettings } from '../score-settings';

interface ScoreOptions extends ConnectionOptions, ScoreDataOptions {
  readonly space: string;
  readonly arch?: string[];
  readonly archFile?: string;
  readonly proxies: string[];
}

/** `gradsign score`. */
export function addScore(program: Command): void {
  const command = program
    .command('score')
    .description('score architectures by zero-cost proxies')
    .requiredOption('--space <name>', 'search space')
    .option('--arch <architecture>', 'an architecture in the space’s notation; may be repeated', collect)
    .option('--arch-file <file>', 'a file with one architecture a line')
    .requiredOption('--proxies <names>', 'proxies, joined by commas', list);
  withConnection(withScoreData(command)).action((options: ScoreOptions) => score(options));
}

async function score(options: ScoreOptions): Promise<void> {
  const space = searchSpaceNames.parse(options.space, '--space');
  const architectures = readArchitectures(options);
  const output = new Output(options.format);
  let failed: Error | undefined;
  const work = withBackend(
    options,
    async ({ scorer }) => {
      const settings = await scoreSettings(scorer, options.proxies, options);
      for await (const { scores, error } of scorer.scoreArchitectures({ space, architectures, settings })) {
        if (error) failed ??= fromStatus(error);
        for (const each of scores) output.row(scoreRow(each));
      }
    },
    options.dataset,
  );
  await work.finally(() => output.end());
  if (failed) throw failed;
}

/** A score as the command line prints it. */
export function scoreRow(score: Score): Row {
  return {
    space: searchSpaceNames.format(score.space, 'space'),
    architecture: score.architecture,
    proxy: score.proxy,
    value: score.value,
    higherIsBetter: score.higherIsBetter,
    seed: score.seed,
    batchSize: score.batchSize,
    batchDigest: score.batchDigest,
    dataset: formatDataset(score.dataset, 'dataset'),
    weights: score.weights,
    nanCount: score.nanCount,
    seconds: score.seconds,
    engine: engineNames.format(score.engine, 'engine'),
    device: score.device,
    source: scoreSourceNames.format(score.source, 'source'),
  };
}

function readArchitectures({ arch = [], archFile }: ScoreOptions): string[] {
  const lines = archFile === undefined ? [] : readFileSync(archFile, 'utf8').split('\n');
  const all = [...arch, ...lines.map((line) => line.trim()).filter((line) => line !== '')];
  if (all.length === 0) throw new UsageError('--arch or --arch-file must name at least one architecture');
  return all;
}
