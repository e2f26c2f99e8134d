import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { searchSpaceNames } from '@gradsign/contracts';
import { datasetInfo } from '@gradsign/datasets';
import { initializeWeights, withWeights } from '@gradsign/network';
import { encodeModel } from '@gradsign/onnx';
import { checkArchitecture, compileNetwork, resolveSpace } from '@gradsign/requests';
import { integer, seedOption } from '../options';
import { networkOptions } from '../score-settings';

interface ExportOptions {
  readonly space: string;
  readonly arch: string;
  readonly seed: bigint;
  readonly dataset: string;
  readonly variant?: string;
  readonly channels?: number;
  readonly cellsPerStage?: number;
  readonly out: string;
}

/** `gradsign export`: an untrained network with its initial weights. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('write an architecture’s network with its initial weights as an ONNX model')
    .requiredOption('--space <name>', 'search space')
    .requiredOption('--arch <architecture>', 'architecture in the space’s notation')
    .addOption(seedOption('seed of the weights', 42n))
    .option('--dataset <name>', 'data set: fixes image shape and classes', 'cifar10')
    .option('--variant <name>', 'standard or published network')
    .option('--channels <n>', 'channels of the first stage', integer(1))
    .option('--cells-per-stage <n>', 'cells in each stage', integer(1))
    .requiredOption('--out <file.onnx>', 'file to write')
    .action(exportNetwork);
}

function exportNetwork(options: ExportOptions): void {
  const space = resolveSpace(searchSpaceNames.parse(options.space, '--space'), '--space');
  const architecture = checkArchitecture(space, options.arch, '--arch');
  const { imageShape, classes } = datasetInfo(options.dataset);
  const { variant, channels, cellsPerStage } = compileNetwork(networkOptions(options), '--network');
  const network = space.network(space.parse(architecture), {
    imageShape,
    classes,
    channels,
    cellsPerStage,
    ...(variant === 'published' && { variant }),
  });
  const graph = withWeights(network, initializeWeights(network, { seed: options.seed, initialization: 0 }));
  const metadata = { space: space.name, architecture, seed: String(options.seed), dataset: options.dataset };
  writeFileSync(options.out, encodeModel(graph, { producer: 'gradsign', metadata }));
  process.stderr.write(`${options.out}: ${graph.nodes.length} nodes, ${network.weights.length} weights\n`);
}
