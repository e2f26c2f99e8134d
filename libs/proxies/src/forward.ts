import { BATCH, IMAGES, normalize, withWeights, type Network } from '@gradsign/network';
import { GraphBuilder, removeDeadNodes, specialize, type Graph, type Tensor } from '@gradsign/onnx';
import { shareNodes } from '@gradsign/autodiff';

export interface ForwardOptions {
  readonly batchSize: number;
  /** Channels, height, width; default: the network's. */
  readonly imageShape?: readonly [number, number, number];
  /** Given as constants; absent: they are inputs, for graphs that run with many draws. */
  readonly weights?: ReadonlyMap<string, Tensor<'float32'>>;
}

/**
 * The whole network as it is executed, dead branches and repeated computations too, for proxies that read values
 * inside it, under the network's own names: normalised by the statistics of the batch, without outputs.
 */
export function forwardBuilder(
  network: Network,
  { batchSize, imageShape = network.imageShape, weights }: ForwardOptions,
): GraphBuilder {
  const graph = weights ? withWeights(network, weights) : network.graph;
  const inputs = graph.inputs.map((input) =>
    input.name === IMAGES ? { ...input, shape: [BATCH, ...imageShape] } : input,
  );
  const outputs = graph.outputs.map(({ name, dtype }) => ({ name, dtype, shape: [BATCH, network.classes] }));
  const forward = normalize(specialize({ ...graph, inputs, outputs }, { [BATCH]: batchSize }), 'batch');
  return GraphBuilder.from({ ...forward, outputs: [] });
}

/** The graph that a builder has come to, without what its outputs do not need: inputs too. */
export function finish(builder: GraphBuilder): Graph {
  const graph = removeDeadNodes(shareNodes(builder.build()));
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  return { ...graph, inputs: graph.inputs.filter(({ name }) => read.has(name)) };
}

/** Of the given weights those that a graph wants as inputs. */
export function weightFeeds(
  graph: Graph,
  weights: ReadonlyMap<string, Tensor<'float32'>>,
): Record<string, Tensor<'float32'>> {
  return Object.fromEntries([...weights].filter(([path]) => graph.inputs.some(({ name }) => name === path)));
}
