import { step } from '@gradsign/autodiff';
import { BATCH, IMAGES, normalize, withWeights, type Network } from '@gradsign/network';
import {
  GraphBuilder,
  removeDeadNodes,
  sizeOf,
  specialize,
  tensor,
  type Graph,
  type Tensor,
  type Value,
} from '@gradsign/onnx';
import { logAbsDeterminant } from '@gradsign/statistics';
import type { ProgramProxy } from './proxy';

/**
 * log|det K| with K = Σ_ReLU (x·xᵀ + (1 − x)·(1 − x)ᵀ), x = [pre-activation > 0] with one row a sample: entry [i, j]
 * counts the units that are on for both samples or off for both. The whole network counts as it is executed: a ReLU
 * behind a `none` operation (x · 0), whose units are off for all samples, and one that the output does not depend on.
 * Higher is better. −∞ where K is singular: where two samples share all patterns, or no ReLU sees the input at all,
 * as in 201 of the 15,625 networks of NAS-Bench-201.
 *
 * Mellor et al., "Neural Architecture Search without Training", ICML 2021 (the second version's score; the first
 * version's is `jacob_cov`).
 */
export const naswot: ProgramProxy = {
  kind: 'program',
  id: 'naswot',
  higherIsBetter: true,
  definition: 'log|det K|, K counting for each pair of samples the ReLU units in the same state',
  source: 'Mellor et al., Neural Architecture Search without Training, ICML 2021',
  data: 'batch',
  defaultBatchSize: 128,
  chunkable: false,
  normalization: 'batch',
  evaluate: async ({ network, weights, batch, run }) => {
    const { images, size } = batch!;
    const { graph, units } = kernelGraph(network, weights, size);
    const outputs = await run(graph, { [IMAGES]: tensor('float32', [size, ...network.imageShape], images) });
    const kernel = new Float64Array(size * size);
    for (const { name } of graph.outputs) addKernel(kernel, outputs[name].data as ArrayLike<number>, size, units[name]);
    return { value: logAbsDeterminant(kernel, size), weights: 0, nanCount: 0 };
  },
};

/** The forward pass with x·xᵀ of every ReLU as its outputs, [B, B], and each one's number of units. */
function kernelGraph(network: Network, weights: ReadonlyMap<string, Tensor<'float32'>>, size: number) {
  const forward: Graph = normalize(specialize(withWeights(network, weights), { [BATCH]: size }), 'batch');
  const builder = GraphBuilder.from({ ...forward, outputs: [] });
  const units: Record<string, number> = {};
  const relus = forward.nodes.filter(({ op }) => op === 'Relu');
  for (const [i, { inputs }] of relus.entries()) {
    const z = builder.value(inputs[0]);
    const features = sizeOf(z.shape as number[]) / size;
    const on: Value = step(builder, builder.node('Flatten', [z], { axis: 1 }), 0);
    const name = `both_on_${i}`;
    builder.output(builder.node('MatMul', [on, builder.node('Transpose', [on], { perm: [1, 0] })], {}, name));
    units[name] = features;
  }
  return { graph: removeDeadNodes(builder.build()), units };
}

/**
 * Adds (x·xᵀ + (1 − x)·(1 − x)ᵀ)[i, j] = 2·X[i, j] − X[i, i] − X[j, j] + F to a kernel, where X = x·xᵀ has the
 * numbers of units that are on for both samples, and F is the number of units. These are integers, so nothing is
 * rounded (in float32: up to 2²⁴ units a ReLU).
 */
export function addKernel(kernel: Float64Array, bothOn: ArrayLike<number>, size: number, units: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const on = bothOn[i * size + i] + bothOn[j * size + j];
      kernel[i * size + j] += 2 * bothOn[i * size + j] - on + units;
    }
  }
}
