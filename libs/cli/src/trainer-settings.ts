import { augmentationNames, type TrainerOptions } from '@gradsign/contracts';
import { Option, type Command } from 'commander';
import { integer, positive } from './options';

/** Options of a real training; what is absent has the trainer's default. */
export interface TrainerFlags {
  readonly epochs?: number;
  readonly trainBatchSize?: number;
  readonly learningRate?: number;
  readonly trainAugment?: string;
  readonly trainSamples?: number;
  readonly validationSamples?: number;
  readonly testSamples?: number;
  readonly imageSize?: number;
}

/** Adds the options of a real training, without the number of epochs. */
export function withTrainer(command: Command): Command {
  return command
    .option('--train-batch-size <n>', 'images of a training step; default 64', integer(1))
    .option('--learning-rate <x>', 'initial learning rate of the cosine schedule; default 0.1', positive)
    .addOption(new Option('--train-augment <name>', 'augmentation in training').choices(['none', 'crop-flip']))
    .option('--train-samples <n>', 'training images; default: all that are not held out', integer(1))
    .option('--validation-samples <n>', 'images held out for validation; default: a fifth', integer(1))
    .option('--test-samples <n>', 'test images; default: all', integer(1))
    .option('--image-size <pixels>', 'scale images down to this height and width', integer(1));
}

/** The trainer's options of an invocation; 0 and absent mean its defaults. */
export function trainerOptions(flags: TrainerFlags): TrainerOptions {
  return {
    epochs: flags.epochs ?? 0,
    batchSize: flags.trainBatchSize ?? 0,
    learningRate: flags.learningRate,
    momentum: undefined,
    weightDecay: undefined,
    nesterov: undefined,
    augmentation: augmentationNames.parse(flags.trainAugment ?? 'none', '--train-augment'),
    trainSamples: flags.trainSamples ?? 0,
    validationSamples: flags.validationSamples ?? 0,
    testSamples: flags.testSamples ?? 0,
    imageSize: flags.imageSize ?? 0,
  };
}
