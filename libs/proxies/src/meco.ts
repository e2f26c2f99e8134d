import { IMAGES, type Network } from '@gradsign/network';
import { sizeOf, type GraphBuilder, type Node, type Value } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { symmetricEigenvalues } from '@gradsign/statistics';
import { correlationMatrix } from './correlations';
import { finish, forwardBuilder, weightFeeds } from './forward';
import type { ProgramProxy } from './proxy';
import { normalTensor } from './draws';

/** Height and width of the one input. */
const INPUT_SIZE = 64;
/** Operators that are modules of their own where networks are written as trees of modules. */
const LAYERS = new Set(['Conv', 'BatchNormalization', 'Relu', 'AveragePool', 'MaxPool']);

/**
 * MeCo: Σ over the modules of the smallest eigenvalue of the correlation matrix of the module's feature maps, for one
 * input N(0, 1) of 64 × 64 pixels; correlations that are not numbers are 0. The weights are the network's initial
 * ones. A module is a layer (convolution, normalisation, ReLU, pooling) with feature maps as its output, or a
 * container: an unbranched sequence of two or more layers, whose output is its last layer's, which so counts twice.
 * Containers that add nothing to a graph (an operation that holds a sequence, the identity of a skip connection, a
 * cell) are not seen in it, and do not count; the published code, which hooks every module, counts them too. Higher
 * is better.
 *
 * Jiang et al., "MeCo: Zero-Shot NAS with One Data and Single Forward Pass via Minimum Eigenvalue of Correlation",
 * NeurIPS 2023.
 */
export const meco: ProgramProxy = {
  kind: 'program',
  id: 'meco',
  higherIsBetter: true,
  definition: 'sum over the modules of the smallest eigenvalue of the correlation matrix of the feature maps',
  source: 'Jiang et al., MeCo, NeurIPS 2023',
  data: 'none',
  defaultBatchSize: 0,
  chunkable: false,
  normalization: 'batch',
  evaluate: async ({ network, weights, seed, initialization, run }) => {
    const { graph, maps } = mapGraph(network);
    const [channels] = network.imageShape;
    const shape = [1, channels, INPUT_SIZE, INPUT_SIZE];
    const images = normalTensor(Stream.of(seed, 'meco', initialization, 'images'), shape);
    const outputs = maps.length === 0 ? {} : await run(graph, { ...weightFeeds(graph, weights), [IMAGES]: images });
    let value = 0;
    for (const { name, count } of maps) {
      const { data, shape: map } = outputs[name];
      value += count * smallestEigenvalue(data as ArrayLike<number>, map[1]);
    }
    const read = network.weights.filter(({ path }) => graph.inputs.some(({ name }) => name === path));
    return { value, weights: read.reduce((n, spec) => n + sizeOf(spec.shape), 0), nanCount: 0 };
  },
};

/**
 * The smallest eigenvalue of the correlation matrix of channels. It is 0 where there are as many channels as pixels
 * or more: deviations from the mean leave one dimension less than there are pixels.
 * @param maps channels × pixels, row by row
 */
export function smallestEigenvalue(maps: ArrayLike<number>, channels: number): number {
  if (channels >= maps.length / channels) return 0;
  const matrix = correlationMatrix(maps, channels).map((r) => (Number.isNaN(r) ? 0 : r));
  return symmetricEigenvalues(matrix, channels)[0];
}

/** The forward pass with the modules' feature maps as its outputs, and how many modules have each. */
function mapGraph(network: Network) {
  const builder = forwardBuilder(network, {
    batchSize: 1,
    imageShape: [network.imageShape[0], INPUT_SIZE, INPUT_SIZE],
  });
  const { nodes } = builder.build();
  const maps = nodes
    .filter(({ op, outputs }) => LAYERS.has(op) && builder.value(outputs[0]).shape.length === 4)
    .map((node) => ({ value: builder.value(node.outputs[0]), count: endsSequence(nodes, node) ? 2 : 1 }));
  return {
    graph: withOutputs(
      builder,
      maps.map(({ value }) => value),
    ),
    maps: maps.map(({ value, count }) => ({ name: value.name, count })),
  };
}

/** Whether a layer is the last of two or more that follow each other without a branch. */
export function endsSequence(nodes: readonly Node[], node: Node): boolean {
  const readers = (name: string) => nodes.filter(({ inputs }) => inputs.includes(name));
  const after = readers(node.outputs[0]);
  const goesOn = after.length === 1 && LAYERS.has(after[0].op);
  const before = nodes.find(({ outputs }) => outputs[0] === node.inputs[0]);
  const follows = before !== undefined && LAYERS.has(before.op) && readers(before.outputs[0]).length === 1;
  return follows && !goesOn;
}

function withOutputs(builder: GraphBuilder, values: readonly Value[]) {
  for (const value of values) builder.output(value);
  return finish(builder);
}
