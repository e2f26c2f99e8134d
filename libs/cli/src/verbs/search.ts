import type { Command } from 'commander';
import { Option } from 'commander';
import { fromStatus, SearchState, type Search } from '@gradsign/contracts';
import type { Backend } from '../backend';
import { UsageError } from '../errors';
import { withBackend } from '../with-backend';
import { integer, list, positive, seed, seedOption, withConnection, type ConnectionOptions } from '../options';
import { Output } from '../output';
import { createProgress } from '../progress';
import { finalAccuracies, type Final } from '../search/final';
import { followSearch, type Followed } from '../search/follow';
import { searchSpec, type SearchFlags } from '../search/spec';
import { runsRow, searchRow } from '../search/summary';
import { withTrainer } from '../trainer-settings';
import { addSearchExport, exportBest, measured } from './search-export';

interface RunOptions extends ConnectionOptions, SearchFlags {
  readonly runs: number;
  readonly out?: string;
}

/** `gradsign search`. */
export function addSearch(program: Command): void {
  const search = program.command('search').description('neural architecture searches');
  const run = search
    .command('run')
    .description('run a search to its end: rewards from --benchmark, or from real training without it')
    .requiredOption('--space <name>', 'search space')
    .option('--benchmark <name>', 'benchmark table that gives the rewards')
    .requiredOption('--dataset <name>', 'data set of the rewards')
    .addOption(
      new Option('--training-set <name>', 'for cifar10 of a benchmark: half or full').choices(['half', 'full']),
    )
    .option('--epochs <n>', 'epochs of a reward; default: 12 of a benchmark, 3 of a real training', integer(1))
    .requiredOption('--algorithm <name>', 'random, g-random, rea, g-rea')
    .option('--population <n>', 'architectures in the population; default 10', integer(1))
    .option('--tournament <n>', 'drawn for a tournament; default 3', integer(1))
    .option('--proxy <names>', 'guide of the g- algorithms; several joined by commas', list, ['gradsign'])
    .option('--pool-size <n>', 'candidates scored for each proposal; default 10', integer(1))
    .option('--batch-size <n>', 'images of a score; default: the proxy’s own', integer(1, 4096))
    .option('--score-dataset <name>', 'data set that is scored on; default: that of the rewards')
    .option('--score-seed <k>', 'seed of the scores, whatever the search’s; default 42', seed)
    .option('--seconds-per-score <x>', 'charged to a simulated budget for each score (profile fair)', positive)
    .option('--budget-seconds <x>', 'seconds: simulated for a benchmark, real for training', positive)
    .option('--budget-trials <n>', 'evaluated architectures', integer(1))
    .addOption(new Option('--profile <name>', 'what is charged').choices(['paper', 'fair']).default('fair'))
    .addOption(seedOption('seed of the strategy', 0n))
    .option('--max-params <n>', 'largest number of weights', integer(1))
    .option('--max-flops <x>', 'most multiply-adds of one image', positive)
    .option('--parallelism <n>', 'trials at once; default 1', integer(1))
    .option('--variant <name>', 'standard or published network')
    .option('--channels <n>', 'channels of the first stage of trained networks', integer(1))
    .option('--cells-per-stage <n>', 'cells in each stage of trained networks', integer(1))
    .option('--out <file.onnx>', 'write the best network that was trained as an inference-ready ONNX model')
    .option('--runs <n>', 'searches with the seeds that follow one another; the last line sums them up', integer(1), 1);
  withConnection(withTrainer(run)).action(runSearches);
  addSearchExport(search);
}

async function runSearches(options: RunOptions): Promise<void> {
  const { out } = options;
  if (out !== undefined && options.benchmark !== undefined) {
    throw new UsageError('--out is for real training: a search on --benchmark trains no network');
  }
  const output = new Output(options.format);
  const finals: Final[] = [];
  const work = withBackend(
    options,
    async (backend) => {
      let best: Search | undefined;
      for (let run = 0; run < options.runs; run++) {
        const { search, final } = await runSearch(backend, options, options.seed + BigInt(run));
        finals.push(final);
        output.row(searchRow(options.algorithm, search, final));
        for (const remark of search.remarks) process.stderr.write(`${search.name}: ${remark}\n`);
        if (search.state === SearchState.SEARCH_STATE_FAILED) throw fromStatus(search.error!);
        if (best === undefined || rewardOf(search) > rewardOf(best)) best = search;
      }
      if (out !== undefined) process.stderr.write(`${measured(await exportBest(backend.oracle, best!, out))}\n`);
    },
    imagesIn(options),
  );
  await work.finally(() => output.end());
  if (options.runs > 1) {
    const total = new Output(options.format);
    total.row(runsRow(options.algorithm, options.profile, finals));
    total.end();
  }
}

const rewardOf = ({ bestTrial }: Search): number => bestTrial?.reward ?? -Infinity;

/** The data set that `--data-dir` belongs to: the one that is trained on, else the one that is scored. */
function imagesIn({ benchmark, dataset, scoreDataset }: RunOptions): string {
  const trained = benchmark === undefined && !dataset.startsWith('noise:');
  return trained ? dataset : (scoreDataset ?? dataset);
}

/** One search; Ctrl-C stops it, and what it has found is told. */
async function runSearch(
  { searcher, oracle }: Backend,
  options: RunOptions,
  strategySeed: bigint,
): Promise<{ search: Search; final: Final }> {
  const spec = searchSpec(options, strategySeed);
  const { search: created } = await searcher.createSearch({ spec, requestId: '', displayName: '' });
  const stop = () => void searcher.stopSearch({ name: created!.name }).catch(() => {});
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const { seconds, trials } = spec.budget!;
  const progress = createProgress(`${options.algorithm} ${strategySeed}`, Math.ceil(trials ?? seconds!));
  const update = ({ search, ended }: Followed) =>
    progress.update(trials === undefined ? Math.floor(search.spentSeconds) : ended);
  try {
    const search = await followSearch(searcher, created!, { onChange: update });
    return { search, final: await finalAccuracies(oracle, search) };
  } finally {
    progress.stop();
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  }
}
