import {
  formatDataset,
  parseDataset,
  splitNames,
  TrainingSet,
  trainingSetNames,
  type Evaluation,
  type EvaluationSettings,
} from '@gradsign/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { UsageError } from './errors';
import type { Row } from './output';

/** Options that pick one accuracy of a benchmark. */
export interface EvaluationOptions {
  readonly benchmark: string;
  readonly dataset: string;
  readonly trainingSet?: string;
  readonly split: string;
  readonly epochs: number | 'final';
  readonly trainSeed: bigint | 'mean';
}

/** Adds the options of a benchmark query; none has a silent default where the benchmark has a choice. */
export function withEvaluation(command: Command): Command {
  return command
    .requiredOption('--benchmark <name>', 'benchmark table')
    .requiredOption('--dataset <name>', 'data set that the networks were trained on')
    .addOption(
      new Option('--training-set <name>', 'for cifar10: trained on half of the training images, or on all').choices([
        'half',
        'full',
      ]),
    )
    .addOption(
      new Option('--split <name>', 'images that the accuracy was measured on')
        .choices(splitNames.names)
        .default('test'),
    )
    .option('--epochs <n|final>', 'length of the training', epochs, 'final' as const)
    .option('--train-seed <n|mean>', 'which of the repeated trainings', trainSeed, 'mean' as const);
}

function epochs(text: string): number | 'final' {
  if (text === 'final') return text;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('it must be a number of epochs or `final`.');
  return Number(text);
}

function trainSeed(text: string): bigint | 'mean' {
  if (text === 'mean') return text;
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('it must be a seed or `mean`.');
  return BigInt(text);
}

/** The settings of a query. CIFAR-10 has two training sets and must name one. */
export function evaluationSettings(options: Omit<EvaluationOptions, 'benchmark'>): EvaluationSettings {
  if (options.dataset === 'cifar10' && options.trainingSet === undefined) {
    throw new UsageError('--training-set is required for cifar10: half (the rest is validation) or full');
  }
  return {
    dataset: parseDataset(options.dataset, '--dataset'),
    trainingSet:
      options.trainingSet === undefined
        ? TrainingSet.TRAINING_SET_FULL
        : trainingSetNames.parse(options.trainingSet, '--training-set'),
    epochs: {
      value: options.epochs === 'final' ? { $case: 'final', value: true } : { $case: 'count', value: options.epochs },
    },
    split: splitNames.parse(options.split, '--split'),
    seed: {
      value:
        options.trainSeed === 'mean'
          ? { $case: 'meanOverSeeds', value: true }
          : { $case: 'seed', value: options.trainSeed },
    },
    epoch: 0,
  };
}

/** An evaluation as the command line prints it. */
export function evaluationRow(e: Evaluation): Row {
  return {
    benchmark: e.benchmark,
    architecture: e.architecture,
    dataset: formatDataset(e.dataset, 'dataset'),
    trainingSet: trainingSetNames.format(e.trainingSet, 'training_set'),
    epochs: e.epochs,
    split: splitNames.format(e.split, 'split'),
    seed: e.seed?.value?.$case === 'seed' ? e.seed.value.value : 'mean',
    accuracy: e.accuracy,
    loss: e.loss ?? null,
    trainSeconds: e.trainSeconds ?? null,
    evalSeconds: e.evalSeconds ?? null,
    params: e.params,
    flops: e.flops ?? null,
    note: e.note,
  };
}
