import { gradients } from '@gradsign/autodiff';
import { flops, IMAGES, type Network } from '@gradsign/network';
import { float32, sizeOf, zeros, type Graph, type Tensor } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { cellsOf } from './cells';
import { channelCovariance, channelRows, identityGap } from './channel-rows';
import { kaimingNormal, normalTensor, normalWeights } from './draws';
import { finish, forwardBuilder, weightFeeds } from './forward';
import { logRankSums } from './population';
import type { PopulationProxy } from './proxy';
import { spectralEntropy, spectralNorm } from './spectra';

const BATCH_SIZE = 64;
/** Keeps the reciprocal of a norm of zero finite. */
const SHIFT = 1e-6;

/**
 * AZ-NAS: Σ log(rank / N) over four components of the N members of a population (ranks from 1 for the lowest):
 * - expressivity: Σ over the cells of the entropy of the normalised eigenvalues of the covariance of the output's
 *   channels over samples and pixels;
 * - progressivity: the smallest increase of that entropy from a cell to the next;
 * - trainability: mean over the cells but the first of 2 − s − 1/(s + 1e−6), s the spectral norm of
 *   E[g_in · g_outᵀ] over samples and pixels, where g_out are Rademacher numbers in the shape of the cell's output
 *   and g_in is their product with the Jacobian with respect to the output of the cell before. Where a cell reduces
 *   the image, the pixels of a window of g_in are channels (pixel unshuffle). A Jacobian that is the identity has −∞;
 * - complexity: multiply-adds of one image.
 * Cells are those that the network states, reductions included. One draw of the weights (Kaiming normal, fan-in,
 * biases 0) and of 64 images N(0, 1). Where a cell's output is constant, entropies are NaN, which ranks lowest.
 *
 * Lee and Ham, "AZ-NAS: Assembling Zero-Cost Proxies for Network Architecture Search", CVPR 2024; equal members share
 * their mean rank.
 */
export const azNas: PopulationProxy = {
  kind: 'population',
  id: 'az_nas',
  higherIsBetter: true,
  definition: 'sum of the logs of a member’s relative ranks in expressivity, progressivity, trainability, complexity',
  source: 'Lee and Ham, AZ-NAS, CVPR 2024',
  data: 'none',
  defaultBatchSize: 0,
  chunkable: false,
  normalization: 'batch',
  evaluate: async ({ network, seed, initialization, run }) => {
    const { graph, probes, cells } = cellGraph(network);
    const stream = Stream.of(seed, 'az_nas', initialization);
    const read = { weights: network.weights.filter(({ path }) => graph.inputs.some(({ name }) => name === path)) };
    const images = normalTensor(stream.child('images'), [BATCH_SIZE, ...network.imageShape]);
    const feeds: Record<string, Tensor> = { [IMAGES]: images };
    for (const { name, shape } of probes) feeds[name] = rademacher(stream.child(name), shape as number[]);
    const weights = normalWeights(read, stream.child('weights'), kaimingNormal);
    const outputs = await run(graph, { ...feeds, ...weightFeeds(graph, weights) });

    const entropies = cells.map(({ covariance }) => spectralEntropy(outputs[covariance]));
    const increases = entropies.slice(1).map((entropy, i) => entropy - entropies[i]);
    const trainabilities = cells.slice(1).map(({ jacobian, gap }) => {
      if (gap !== undefined && Number(outputs[gap].data[0]) === 0) return -Infinity;
      const norm = spectralNorm(outputs[jacobian!]);
      return 2 - norm - 1 / (norm + SHIFT);
    });
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const components = [
      sum(entropies),
      Math.min(...increases),
      sum(trainabilities) / trainabilities.length,
      flops(network.graph),
    ];
    return { components, weights: read.weights.reduce((n, { shape }) => n + sizeOf(shape), 0), nanCount: 0 };
  },
  combine: logRankSums,
};

/** Names of a cell's outputs: [C, C], [C_in, C_out] and, where g_in and g_out have one shape, [] (see `identityGap`). */
interface CellOutputs {
  readonly covariance: string;
  /** Absent for the first cell. */
  readonly jacobian?: string;
  readonly gap?: string;
}

function cellGraph(network: Network): { graph: Graph; probes: Graph['inputs']; cells: CellOutputs[] } {
  const builder = forwardBuilder(network, { batchSize: BATCH_SIZE });
  const outputs = cellsOf(network, 'az_nas', 2).map(({ output }) => builder.value(output));
  const probes: Graph['inputs'][number][] = [];
  const cells = outputs.map((output, i): CellOutputs => {
    const covariance = `covariance_${i}`;
    builder.output(channelCovariance(builder, output), covariance);
    if (i === 0) return { covariance };
    const probe = builder.input(`probe_${i}`, 'float32', output.shape);
    probes.push(probe);
    const input = outputs[i - 1];
    const [gradient] = gradients(builder, { seeds: [[output, probe]], withRespectTo: [input] });
    const [height, width] = [2, 3].map((axis) => Number(input.shape[axis]) / Number(output.shape[axis]));
    const columns = channelRows(builder, probe);
    const pixels = builder.constant(float32([columns.shape[1] as number], []));
    const transposed = builder.node('Transpose', [columns], { perm: [1, 0] });
    const product = builder.node('MatMul', [channelRows(builder, gradient, [height, width]), transposed]);
    const jacobian = `jacobian_${i}`;
    builder.output(builder.node('Div', [product, pixels]), jacobian);
    if (gradient.shape.join() !== probe.shape.join()) return { covariance, jacobian };
    const gap = `gap_${i}`;
    builder.output(identityGap(builder, gradient, probe), gap);
    return { covariance, jacobian, gap };
  });
  return { graph: finish(builder), probes, cells };
}

/** −1 or 1, each half of the time. */
function rademacher(stream: Stream, shape: readonly number[]): Tensor<'float32'> {
  const result = zeros('float32', shape);
  stream.fillUniform(result.data, -1, 1);
  result.data.forEach((value, k) => (result.data[k] = value < 0 ? -1 : 1));
  return result;
}
