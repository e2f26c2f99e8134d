import { BATCH, IMAGES, normalize, type Network } from '@gradsign/network';
import { GraphBuilder, removeDeadNodes, sizeOf, specialize, tensor, type Graph, type Tensor } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { normalTensor, normalWeights, standardNormal } from './draws';
import type { ProgramProxy } from './proxy';

const REPEATS = 32;
const BATCH_SIZE = 16;
/** Size of the perturbation. */
const GAMMA = 0.01;
/** What a running variance takes from each batch. */
const MOMENTUM = 0.1;

/**
 * ZenNAS: the mean over 32 repeats of log Δ + Σ_BN ½·log(mean over the channels of the running variance), where Δ is
 * the mean over the batch of Σ_{C,H,W} |f(x) − f(x + 0.01·ε)| and f(x) the last feature map, the one that is pooled
 * before the classifier. Each repeat draws weights, x and ε anew, all N(0, 1), 16 samples; biases are 0, scales 1,
 * shifts 0. Normalisation uses the statistics of the batch; running variances (unbiased, momentum 0.1, from 1) see
 * both batches of a repeat and go on over the repeats. The network is taken as it is, with its residual links (the
 * published search removes them, and uses one repeat); every normalisation that is executed counts. Higher is
 * better. −∞ where the feature map does not depend on the input.
 *
 * Lin et al., "Zen-NAS: A Zero-Shot NAS for High-Performance Image Recognition", ICCV 2021.
 */
export const zen: ProgramProxy = {
  kind: 'program',
  id: 'zen',
  higherIsBetter: true,
  definition: 'log of how far the last feature map moves with a perturbed input, plus the log scales of normalisation',
  source: 'Lin et al., Zen-NAS, ICCV 2021',
  data: 'none',
  defaultBatchSize: 0,
  chunkable: false,
  normalization: 'batch',
  evaluate: async ({ network, seed, initialization, run }) => {
    const { graph, featureMap, variances } = featureGraph(network);
    const inputs = new Set(graph.inputs.map(({ name }) => name));
    const drawn = { weights: network.weights.filter(({ path }) => inputs.has(path)) };
    const running = new Map(variances.map(({ output }) => [output, 1]));
    let sum = 0;
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const draws = zenDraws(network, drawn, { seed, initialization, repeat });
      const maps: ArrayLike<number>[] = [];
      for (const images of [draws.images, draws.perturbed]) {
        const outputs = await run(graph, { ...Object.fromEntries(draws.weights), [IMAGES]: images });
        maps.push(outputs[featureMap].data as ArrayLike<number>);
        for (const { output, count } of variances) {
          const unbiased = (mean(outputs[output].data as ArrayLike<number>) * count) / (count - 1);
          running.set(output, (1 - MOMENTUM) * running.get(output)! + MOMENTUM * unbiased);
        }
      }
      sum += Math.log(distance(maps[0], maps[1]) / BATCH_SIZE);
      for (const variance of running.values()) sum += Math.log(variance) / 2;
    }
    return { value: sum / REPEATS, weights: drawn.weights.reduce((n, { shape }) => n + sizeOf(shape), 0), nanCount: 0 };
  },
};

/** Weights and the two batches of a repeat. */
export function zenDraws(
  { imageShape }: Network,
  weights: Pick<Network, 'weights'>,
  { seed, initialization, repeat }: { seed: number | bigint; initialization: number; repeat: number },
): { weights: Map<string, Tensor<'float32'>>; images: Tensor<'float32'>; perturbed: Tensor<'float32'> } {
  const stream = Stream.of(seed, 'zen', initialization, repeat);
  const shape = [BATCH_SIZE, ...imageShape];
  const images = normalTensor(stream.child('images'), shape);
  const { data: noise } = normalTensor(stream.child('perturbation'), shape);
  const perturbed = tensor(
    'float32',
    shape,
    images.data.map((x, k) => x + GAMMA * noise[k]),
  );
  return { weights: normalWeights(weights, stream.child('weights'), standardNormal), images, perturbed };
}

/** The forward pass up to the last feature map, with the (biased) variances [C] of every normalisation. */
function featureGraph(network: Network) {
  const forward = normalize(specialize(network.graph, { [BATCH]: BATCH_SIZE }), 'batch');
  // ONNX's momentum is what a running variance keeps: with 0 it becomes the batch's own.
  const nodes = forward.nodes.map((node) =>
    node.op === 'BatchNormalization' ? { ...node, attributes: { ...node.attributes, momentum: 0 } } : node,
  );
  const types = GraphBuilder.from({ ...forward, nodes });
  const featureMap = nodes.findLast(
    ({ op, outputs }) => !POOLING.has(op) && types.value(outputs[0]).shape.length === 4,
  )!.outputs[0];
  const variances = nodes
    .filter(({ op }) => op === 'BatchNormalization')
    .map(({ inputs, outputs }) => {
      const [batch, , ...space] = types.value(inputs[0]).shape as number[];
      return { output: outputs[2], count: batch * sizeOf(space) };
    });
  const outputs = [featureMap, ...variances.map(({ output }) => output)].map((name) => types.value(name));
  const alive = removeDeadNodes({ ...forward, nodes, outputs });
  const read = new Set(alive.nodes.flatMap(({ inputs }) => inputs));
  const graph: Graph = { ...alive, inputs: alive.inputs.filter(({ name }) => read.has(name)) };
  return { graph, featureMap, variances };
}

/** What reduces a feature map to [B, C, 1, 1]. */
const POOLING = new Set(['GlobalAveragePool', 'ReduceMean']);

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) {
    const difference = a[k] - b[k];
    sum += difference < 0 ? -difference : difference;
  }
  return sum;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k];
  return sum / values.length;
}
