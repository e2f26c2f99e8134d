import type { BenchmarkDescription, Coverage, Evaluation } from '@gradsign/benchmarks';
import {
  parseDataset,
  searchSpaceNames,
  ServiceError,
  splitNames,
  trainingSetNames,
  type Benchmark as BenchmarkMessage,
  type Coverage as CoverageMessage,
  type Dataset,
  type Evaluation as EvaluationMessage,
} from '@gradsign/contracts';

/** A benchmark as the contract describes it. */
export function benchmarkMessage(description: BenchmarkDescription): BenchmarkMessage {
  const { benchmark, space, architectures, coverage, source, importer, importTime } = description;
  return {
    id: benchmark,
    description: description.description,
    space: searchSpaceNames.parse(space, 'space'),
    architectureCount: BigInt(architectures),
    coverage: coverage.flatMap(coverageMessage),
    sourceFile: source.file,
    sourceSha256: source.sha256,
    importerVersion: `${importer.name} ${importer.version}`,
    importTime: new Date(importTime),
  };
}

/**
 * Nothing for the inside of a learning curve, which is told by its end, and for data sets whose names the contract
 * does not have, which therefore cannot be asked for.
 */
function coverageMessage(line: Coverage): CoverageMessage[] {
  const dataset = datasetMessage(line.dataset);
  if (!dataset || line.epoch !== line.epochs) return [];
  return [
    {
      dataset,
      trainingSet: trainingSetNames.parse(line.trainingSet, 'training_set'),
      epochs: line.epochs,
      split: splitNames.parse(line.split, 'split'),
      seeds: line.seeds.map(BigInt),
      meanOverSeeds: line.mean,
      architectureCount: BigInt(line.architectures),
      bestAccuracy: line.best.accuracy,
      note: line.note ?? '',
    },
  ];
}

function datasetMessage(name: string): Dataset | undefined {
  try {
    return parseDataset(name, 'dataset');
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
}

/** An evaluation as the contract has it; `dataset` is that of the request. */
export function evaluationMessage(evaluation: Evaluation, dataset: Dataset | undefined): EvaluationMessage {
  const { benchmark, architecture, epochs, epoch, accuracy, loss, trainSeconds, evalSeconds, flops, seed } = evaluation;
  return {
    benchmark,
    architecture,
    dataset,
    trainingSet: trainingSetNames.parse(evaluation.trainingSet, 'training_set'),
    epochs,
    epoch,
    split: splitNames.parse(evaluation.split, 'split'),
    seed: {
      value: seed === 'mean' ? { $case: 'meanOverSeeds', value: true } : { $case: 'seed', value: BigInt(seed) },
    },
    accuracy,
    loss,
    trainSeconds,
    evalSeconds,
    params: BigInt(evaluation.params ?? 0),
    flops,
    rows: [...evaluation.rows],
    note: evaluation.note ?? '',
  };
}
