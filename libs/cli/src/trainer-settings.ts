import { augmentationNames, type TrainerOptions } from '@gradsign/contracts';
import { Option, type Command } from 'commander';
import { UsageError } from './errors';
import { isOwnFolder, type DataOptions } from './local-data';
import { imageSize, integer, positive, type ImageOptions } from './options';

/** Options of a real training; what is absent has the trainer's default. */
export interface TrainerFlags extends Pick<ImageOptions, 'imageSize'> {
  readonly epochs?: number;
  readonly trainBatchSize?: number;
  readonly learningRate?: number;
  readonly trainAugment?: string;
  readonly trainSamples?: number;
  readonly validationSamples?: number;
  readonly testSamples?: number;
}

/** Adds the options of a real training, without the number of epochs. */
export function withTrainer(command: Command): Command {
  return command
    .option('--train-batch-size <n>', 'images of a training step; default 64', integer(1))
    .option('--learning-rate <x>', 'initial learning rate of the cosine schedule; default 0.1', positive)
    .addOption(new Option('--train-augment <name>', 'augmentation in training').choices(['none', 'crop-flip']))
    .option('--train-samples <n>', 'training images; default: all that are not held out', integer(1))
    .option('--validation-samples <n>', 'validation images; default: all, or a fifth held out', integer(1))
    .option('--test-samples <n>', 'test images; default: all', integer(1))
    .option('--image-size <pixels>', 'scale images to this height and width', imageSize);
}

/**
 * The trainer's options of an invocation; 0 and absent mean its defaults.
 * @throws UsageError for a size that is not square, of images that have one already.
 */
export function trainerOptions(flags: TrainerFlags & DataOptions & { readonly dataset: string }): TrainerOptions {
  const [height, width] = flags.imageSize ?? [0, 0];
  if (height !== width && !isOwnFolder(flags.dataset, flags)) {
    throw new UsageError(`--image-size ${height}x${width}: height and width differ only of a folder in --data-dir`);
  }
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
    imageSize: height,
  };
}
