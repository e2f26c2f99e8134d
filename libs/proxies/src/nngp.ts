import { IMAGES, LOGITS } from '@gradsign/network';
import { sizeOf, tensor, type Tensor } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { kaimingNormal, normalWeights } from './draws';
import { finish, forwardBuilder, weightFeeds } from './forward';
import { kernelRegressionAccuracy } from './kernel-regression';
import type { ProgramProxy } from './proxy';

/** Independent draws of all weights that the kernel is the mean of. */
const DRAWS = 16;

/**
 * NNGP: accuracy, in [0, 1], of kernel regression with the network's Gaussian-process kernel
 * K[i, j] = E[f(x_i)·f(x_j)], f the logits, estimated as the mean over 16 draws of the weights (Kaiming normal, biases
 * 0). The first half of the batch (of an odd number: its larger part) is learnt, the accuracy is that of the second.
 * Higher is better. NaN for a single image, which leaves none to predict.
 *
 * Park et al., "Towards NNGP-guided Neural Architecture Search", 2020.
 */
export const nngp: ProgramProxy = {
  kind: 'program',
  id: 'nngp',
  higherIsBetter: true,
  definition: 'accuracy of kernel regression with the Monte Carlo estimate of the network’s Gaussian-process kernel',
  source: 'Park et al., Towards NNGP-guided Neural Architecture Search, 2020',
  data: 'batch',
  defaultBatchSize: 128,
  chunkable: false,
  normalization: 'batch',
  evaluate: async ({ network, batch, seed, initialization, run }) => {
    const { images, labels, size } = batch!;
    const builder = forwardBuilder(network, { batchSize: size });
    builder.output(builder.value(LOGITS), LOGITS);
    const graph = finish(builder);
    const read = { weights: network.weights.filter(({ path }) => graph.inputs.some(({ name }) => name === path)) };
    const usesImages = graph.inputs.some(({ name }) => name === IMAGES);
    const feeds: Record<string, Tensor> = {};
    if (usesImages) feeds[IMAGES] = tensor('float32', [size, ...network.imageShape], images);
    const kernel = new Float64Array(size * size);
    for (let draw = 0; draw < DRAWS; draw++) {
      const weights = normalWeights(read, Stream.of(seed, 'nngp', initialization, draw), kaimingNormal);
      const outputs = await run(graph, { ...feeds, ...weightFeeds(graph, weights) });
      addGram(kernel, outputs[LOGITS].data as ArrayLike<number>, size);
    }
    const value = kernelRegressionAccuracy(kernel, labels, network.classes);
    return { value, weights: read.weights.reduce((n, { shape }) => n + sizeOf(shape), 0), nanCount: 0 };
  },
};

/** Adds f·fᵀ / DRAWS for features [size, …] to a kernel. */
function addGram(kernel: Float64Array, features: ArrayLike<number>, size: number): void {
  const width = features.length / size;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += features[i * width + k] * features[j * width + k];
      kernel[i * size + j] += sum / DRAWS;
    }
  }
}
