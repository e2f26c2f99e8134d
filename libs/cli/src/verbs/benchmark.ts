import type { Command } from 'commander';
import { formatDataset, searchSpaceNames, splitNames, trainingSetNames, type Benchmark } from '@gradsign/contracts';
import { withBackend } from '../with-backend';
import { evaluationRow, evaluationSettings, withEvaluation, type EvaluationOptions } from '../benchmark-settings';
import { collect, withConnection, type ConnectionOptions } from '../options';
import { Output } from '../output';
import { addImport } from './benchmark-import';

interface QueryOptions extends ConnectionOptions, EvaluationOptions {
  readonly arch: string[];
}

/** `gradsign benchmark`: what tables there are and what they say. */
export function addBenchmark(program: Command): void {
  const benchmark = program.command('benchmark').description('benchmark tables of trained accuracies');
  withConnection(benchmark.command('list').description('the installed benchmarks')).action(listBenchmarks);
  withConnection(
    benchmark.command('show').description('what a benchmark has: data sets, training sets, splits, epochs, seeds'),
  )
    .argument('<name>', 'benchmark table')
    .action(showBenchmark);
  const query = benchmark
    .command('query')
    .description('trained accuracies of architectures')
    .requiredOption('--arch <architecture>', 'an architecture in the space’s notation; may be repeated', collect);
  withEvaluation(withConnection(query)).action(queryBenchmark);
  addImport(benchmark);
}

async function listBenchmarks(options: ConnectionOptions): Promise<void> {
  const output = new Output(options.format);
  await withBackend(options, async ({ oracle }) => {
    const { benchmarks } = await oracle.listBenchmarks({});
    if (benchmarks.length === 0) {
      process.stderr.write('no benchmark is installed; `gradsign benchmark import` installs one\n');
    }
    for (const benchmark of benchmarks) output.row(benchmarkRow(benchmark));
  });
  output.end();
}

async function showBenchmark(name: string, options: ConnectionOptions): Promise<void> {
  const output = new Output(options.format);
  await withBackend(options, async ({ oracle }) => {
    const { benchmark } = await oracle.getBenchmark({ benchmark: name });
    process.stderr.write(`${benchmark!.id}: ${benchmark!.description}\n`);
    for (const { dataset, trainingSet, epochs, split, seeds, ...entry } of benchmark!.coverage) {
      output.row({
        dataset: formatDataset(dataset, 'dataset'),
        trainingSet: trainingSetNames.format(trainingSet, 'training_set'),
        epochs,
        split: splitNames.format(split, 'split'),
        seeds: [...seeds.map(String), ...(entry.meanOverSeeds ? ['mean'] : [])].join(' '),
        architectures: entry.architectureCount,
        bestAccuracy: entry.bestAccuracy,
        note: entry.note,
      });
    }
  });
  output.end();
}

async function queryBenchmark(options: QueryOptions): Promise<void> {
  const settings = evaluationSettings(options);
  const output = new Output(options.format);
  await withBackend(options, async ({ oracle }) => {
    const request = { benchmark: options.benchmark, architectures: options.arch, settings };
    const { evaluations } = await oracle.batchGetEvaluations(request);
    for (const evaluation of evaluations) output.row(evaluationRow(evaluation));
  });
  output.end();
}

function benchmarkRow(benchmark: Benchmark) {
  return {
    benchmark: benchmark.id,
    space: searchSpaceNames.format(benchmark.space, 'space'),
    architectures: benchmark.architectureCount,
    combinations: benchmark.coverage.length,
    sourceFile: benchmark.sourceFile,
    sourceSha256: benchmark.sourceSha256,
    imported: benchmark.importTime,
  };
}
