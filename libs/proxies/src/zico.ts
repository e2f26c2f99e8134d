import { sizeOf } from '@gradsign/onnx';
import { batchFeeds } from './feeds';
import { GraphPass } from './pass';
import type { ProgramProxy } from './proxy';

/** Gradients of the layers, each as a list of numbers, for one batch. */
type LayerGradients = readonly ArrayLike<number>[];

/**
 * Σ_layers log Σ_w mean_b|g| / std_b(g), where g is the gradient of the mean loss of batch b with respect to weight w
 * and the inner sum goes over the weights with std ≠ 0 (the deviation of the population). A layer without such weights
 * adds nothing. The two batches are the halves of the mini-batch, one after the other; of an odd number of images the
 * last one is left out, and a single image has no two batches: 0. Higher is better.
 *
 * Li et al., "ZiCo: Zero-shot NAS via Inverse Coefficient of Variation on Gradients", ICLR 2023.
 */
export const zico: ProgramProxy = {
  kind: 'program',
  id: 'zico',
  higherIsBetter: true,
  definition: 'sum over the layers of the log of Σ mean|g| / std(g) over the gradients g of two batches',
  source: 'Li et al., ZiCo, ICLR 2023',
  data: 'batch',
  defaultBatchSize: 128,
  chunkable: false,
  normalization: 'batch',
  evaluate: async ({ network, weights, batch, run }) => {
    const half = Math.floor(batch!.size / 2);
    if (half === 0) return { value: 0, weights: 0, nanCount: 0 };
    const pass = new GraphPass({ network, weights, batchSize: half, normalization: 'batch' });
    const names = pass.gradients();
    const { graph } = pass.build();
    const batches: LayerGradients[] = [];
    for (const start of [0, half]) {
      const outputs = await run(graph, batchFeeds(network, batch!, start, half));
      batches.push(names.map((name) => outputs[name].data as ArrayLike<number>));
    }
    return {
      value: inverseVariation(batches),
      weights: pass.layers.reduce((n, { values }) => n + sizeOf(values.shape), 0),
      nanCount: 0,
    };
  },
};

/** Σ_layers log Σ_w mean|g| / std(g) over two batches: of two numbers, (|a| + |b|) / |a − b|. */
export function inverseVariation([first, second]: readonly LayerGradients[]): number {
  let score = 0;
  first.forEach((a, layer) => {
    const b = second[layer];
    let sum = 0;
    for (let k = 0; k < a.length; k++) {
      const difference = a[k] < b[k] ? b[k] - a[k] : a[k] - b[k];
      if (difference !== 0) sum += ((a[k] < 0 ? -a[k] : a[k]) + (b[k] < 0 ? -b[k] : b[k])) / difference;
    }
    if (sum !== 0) score += Math.log(sum);
  });
  return score;
}
