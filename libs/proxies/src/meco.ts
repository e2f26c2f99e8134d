import { IMAGES, type Network } from '@gradsign/network';
import { sizeOf, type Node } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { symmetricEigenvalues } from '@gradsign/statistics';
import { correlationMatrix } from './correlations';
import { finish, forwardBuilder, weightFeeds } from './forward';
import type { ProgramProxy } from './proxy';
import { normalTensor } from './draws';

/** Height and width of the one input. */
const INPUT_SIZE = 64;
/** Operators that are layers, modules of their own where networks are written as trees of modules. */
const LAYERS = new Set(['Conv', 'BatchNormalization', 'Relu', 'AveragePool', 'MaxPool', 'GlobalAveragePool']);

/**
 * MeCo: Σ over the modules of the smallest eigenvalue of the correlation matrix of the module's feature maps, for one
 * input N(0, 1) of 64 × 64 pixels; correlations that are not numbers are 0. The weights are the network's initial
 * ones. The modules are the layers (convolution, normalisation, ReLU, pooling), the cells, and the other containers
 * that the network states: in NAS-Bench-201 and NATS-Bench's size space those of the published code, so that a
 * ReLU-conv-BN counts its output three times (as BN, as sequence, as operation). Other search spaces state their
 * cells only, and a user's model nothing: there the layers count. The network itself, whose outputs are logits, does
 * not count. Higher is better.
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
  const { imageShape, cells = [], containers = [] } = network;
  const builder = forwardBuilder(network, { batchSize: 1, imageShape: [imageShape[0], INPUT_SIZE, INPUT_SIZE] });
  const { nodes } = builder.build();
  const layers = nodes.filter(({ op }) => LAYERS.has(op)).map(({ outputs }) => outputs[0]);
  const first = firstOfEqual(nodes);
  const counts = new Map<string, number>();
  for (const output of [...layers, ...cells.map((cell) => cell.output), ...containers]) {
    const name = first.get(output) ?? output;
    if (builder.value(name).shape.length === 4) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const maps = [...counts].map(([name, count]) => ({ name, count }));
  for (const { name } of maps) builder.output(builder.value(name), name);
  return { graph: finish(builder), maps };
}

/** For layers that compute the same from the same value, which is evaluated once: the output of the first of them. */
function firstOfEqual(nodes: readonly Node[]): Map<string, string> {
  const known = new Map<string, string>();
  return new Map(
    nodes
      .filter(({ op }) => LAYERS.has(op))
      .map(({ op, inputs, outputs: [output], attributes }) => {
        const key = JSON.stringify([op, inputs, attributes]);
        const first = known.get(key) ?? output;
        known.set(key, first);
        return [output, first];
      }),
  );
}
