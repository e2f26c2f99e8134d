import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  engineNames,
  formatDataset,
  fromStatus,
  scoreSourceNames,
  SearchSpace,
  searchSpaceNames,
  type Score,
  type ScorerApi,
} from '@gradsign/contracts';
import { uploadModel } from '@gradsign/client';
import { architectureScores, type Scores } from '../architecture-scores';
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
  readonly space?: string;
  readonly model?: string;
  readonly reinitialize?: boolean;
  readonly arch?: string[];
  readonly archFile?: string;
  readonly proxies: string[];
}

/** `gradsign score`. */
export function addScore(program: Command): void {
  const command = program
    .command('score')
    .description('score architectures, or a model of one’s own, by zero-cost proxies')
    .option('--space <name>', 'search space')
    .option('--arch <architecture>', 'an architecture in the space’s notation; may be repeated', collect)
    .option('--arch-file <file>', 'a file with one architecture a line')
    .option('--model <net.onnx>', 'an image classifier as an ONNX file, instead of space and architectures')
    .option('--reinitialize', 'replace the model’s weights by initial values that --seed determines')
    .option('--dump <dir>', 'write what the proxies draw of one architecture as .npy files (with --local)')
    .requiredOption('--proxies <names>', 'proxies, joined by commas', list);
  withConnection(withScoreData(command)).action((options: ScoreOptions) => score(options));
}

async function score(options: ScoreOptions): Promise<void> {
  const { model } = options;
  const scores = model === undefined ? spaceScores(options) : modelScores(model, options);
  const output = new Output(options.format);
  let failed: Error | undefined;
  const work = withBackend(
    options,
    async ({ scorer }) => {
      for await (const { scores: some, error } of scores(scorer)) {
        if (error) failed ??= fromStatus(error);
        for (const each of some) output.row(scoreRow(each));
      }
    },
    options.dataset,
  );
  await work.finally(() => output.end());
  if (failed) throw failed;
}

/** Asks a scorer, which answers in parts. */
type Scoring = (scorer: ScorerApi) => AsyncIterable<Scores>;

function spaceScores(options: ScoreOptions): Scoring {
  if (options.space === undefined) throw new UsageError('--space or --model is required');
  if (options.reinitialize)
    throw new UsageError('--reinitialize needs --model: architectures have no weights of their own');
  const space = searchSpaceNames.parse(options.space, '--space');
  const architectures = readArchitectures(options);
  if (options.dump !== undefined && architectures.length > 1)
    throw new UsageError(`--dump is for one architecture; ${architectures.length} are given`);
  return async function* (scorer) {
    const settings = await scoreSettings(scorer, options.proxies, options);
    yield* architectureScores(scorer, { space, architectures, settings });
  };
}

function modelScores(file: string, options: ScoreOptions): Scoring {
  const { space, arch, archFile, reinitialize = false } = options;
  for (const [name, value] of Object.entries({ space, arch, 'arch-file': archFile })) {
    if (value !== undefined) throw new UsageError(`--${name} and --model exclude each other`);
  }
  const bytes = readFileSync(file);
  return async function* (scorer) {
    const settings = await scoreSettings(scorer, options.proxies, options);
    const { digest, remarks } = await uploadModel(scorer, bytes);
    for (const remark of remarks) process.stderr.write(`${file}: ${remark}\n`);
    const subject = { $case: 'model', value: { digest, reinitialize } } as const;
    const { scores } = await scorer.scoreArchitecture({ subject, settings });
    yield { scores, error: undefined };
  };
}

/** A score as the command line prints it. */
export function scoreRow(score: Score): Row {
  return {
    // A model belongs to none.
    space: score.space === SearchSpace.SEARCH_SPACE_UNSPECIFIED ? '' : searchSpaceNames.format(score.space, 'space'),
    architecture: score.architecture,
    proxy: score.proxy,
    value: score.value,
    higherIsBetter: score.higherIsBetter,
    seed: score.seed,
    batchSize: score.batchSize,
    batchDigest: score.batchDigest,
    dataset: formatDataset(score.dataset, 'dataset'),
    normalization: score.normalization,
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
