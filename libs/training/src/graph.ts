import { gradients } from '@gradsign/autodiff';
import { BATCH, LOGITS, normalize, prune, type Network } from '@gradsign/network';
import { GraphBuilder, int64, sizeOf, specialize, type Graph, type Value } from '@gradsign/onnx';

/** Names of the training graph's values beside the network's own. */
export const LABELS = 'one_hot_labels';
export const LOSS = 'loss';
export const gradientOf = (path: string): string => `gradient:${path}`;
export const meanOf = (node: string): string => `mean:${node}`;
export const varianceOf = (node: string): string => `variance:${node}`;

/** One step of training as a graph. */
export interface TrainingGraph {
  /**
   * Inputs: images [B, C, H, W], one-hot labels [B, classes], every weight by path. Outputs: the mean cross-entropy,
   * the logits, the gradient of every weight, and mean and variance [C] of every normalisation's input.
   */
  readonly graph: Graph;
  /** Paths of the weights that the loss depends on; the others have no gradient and stay as they are. */
  readonly trainable: readonly string[];
  /** The normalisation nodes, and how many values each of their statistics is taken over: B·H·W. */
  readonly normalizations: readonly { readonly name: string; readonly count: number }[];
}

/** Forward and backward pass with whole-batch normalisation for a fixed batch size. */
export function trainingGraph(network: Network, batchSize: number): TrainingGraph {
  const forward = prune(normalize(specialize(network.graph, { [BATCH]: batchSize }), 'batch'));
  const builder = GraphBuilder.from({ ...forward, outputs: [] });
  const labels = builder.input(LABELS, 'float32', [batchSize, network.classes]);
  const logits = builder.value(LOGITS);
  const loss = crossEntropy(builder, logits, labels);
  const present = new Set(forward.inputs.map(({ name }) => name));
  const trainable = network.weights.map(({ path }) => path).filter((path) => present.has(path));
  const derivatives = gradients(builder, { of: loss, withRespectTo: trainable.map((path) => builder.value(path)) });
  builder.output(loss, LOSS);
  builder.output(logits, `${LOGITS}:out`);
  derivatives.forEach((gradient, i) => builder.output(gradient, gradientOf(trainable[i])));
  const normalizations = forward.nodes
    .filter(({ op }) => op === 'BatchNormalization')
    .map(({ name, inputs: [input] }) => {
      const x = builder.value(input);
      statistics(builder, name, x);
      const [batch, , ...space] = x.shape as number[];
      return { name, count: batch * sizeOf(space) };
    });
  return { graph: builder.build(), trainable, normalizations };
}

/** Mean over the batch of −log softmax(logits) at the true class. */
function crossEntropy(builder: GraphBuilder, logits: Value, labels: Value): Value {
  const logProbabilities = builder.node('LogSoftmax', [logits], { axis: 1 });
  const picked = builder.node('Mul', [logProbabilities, labels]);
  const perSample = builder.node('ReduceSum', [picked, builder.constant(int64([1]))], { keepdims: 0 });
  const mean = builder.node('ReduceMean', [perSample], { axes: [0], keepdims: 0 });
  return builder.node('Neg', [mean]);
}

/** Mean and biased variance of a normalisation's input, for the running statistics. */
function statistics(builder: GraphBuilder, node: string, x: Value): void {
  const overBatchAndSpace = { axes: [0, 2, 3] };
  const mean = builder.node('ReduceMean', [x], { ...overBatchAndSpace, keepdims: 1 });
  const deviation = builder.node('Sub', [x, mean]);
  const square = builder.node('Mul', [deviation, deviation]);
  builder.output(builder.node('ReduceMean', [square], { ...overBatchAndSpace, keepdims: 0 }), varianceOf(node));
  const flat = builder.constant(int64([-1]));
  builder.output(builder.node('Reshape', [mean, flat]), meanOf(node));
}
