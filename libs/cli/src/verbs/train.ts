import type { Command } from 'commander';
import { parseDataset, searchSpaceNames } from '@gradsign/contracts';
import { withBackend } from '../with-backend';
import { integer, seedOption, withConnection, type ConnectionOptions } from '../options';
import { exportModel } from '../model-report';
import { Output } from '../output';
import { createProgress } from '../progress';
import { networkOptions } from '../score-settings';
import { trainerOptions, withTrainer, type TrainerFlags } from '../trainer-settings';
import { awaitTraining } from '../training';

interface TrainOptions extends ConnectionOptions, TrainerFlags {
  readonly space: string;
  readonly arch: string;
  readonly dataset: string;
  readonly seed: bigint;
  readonly variant?: string;
  readonly channels?: number;
  readonly cellsPerStage?: number;
  readonly recompute?: boolean;
  readonly out: string;
}

/** `gradsign train`: one network, trained for real. */
export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a network and write it as an inference-ready ONNX model')
    .requiredOption('--space <name>', 'search space')
    .requiredOption('--arch <architecture>', 'architecture in the space’s notation')
    .requiredOption('--dataset <name>', 'data set: mnist, cifar10, folder:NAME, …')
    .option('--epochs <n>', 'passes over the training images; default 3', integer(1))
    .addOption(seedOption('seed of initial weights, order of images and augmentation', 0n))
    .option('--variant <name>', 'standard or published network')
    .option('--channels <n>', 'channels of the first stage; default: the space’s published value', integer(1))
    .option('--cells-per-stage <n>', 'cells in each stage; default: the space’s published value', integer(1))
    .option('--recompute', 'train again even where the result is known')
    .requiredOption('--out <file.onnx>', 'file to write');
  withConnection(withTrainer(command)).action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const spec = {
    space: searchSpaceNames.parse(options.space, '--space'),
    architecture: options.arch,
    dataset: parseDataset(options.dataset, '--dataset'),
    network: networkOptions(options),
    trainer: trainerOptions(options),
    seed: options.seed,
  };
  const output = new Output(options.format);
  const work = withBackend(
    options,
    async ({ oracle }) => {
      const started = await oracle.startTraining({ spec, requestId: '', recompute: options.recompute ?? false });
      const progress = createProgress('training', 1);
      const training = await awaitTraining(oracle, started.training!, ({ step, steps }) =>
        progress.update(step, steps),
      ).finally(() => progress.stop());
      output.row(await exportModel(oracle, training, options.out));
    },
    options.dataset,
  );
  await work;
  output.end();
}
