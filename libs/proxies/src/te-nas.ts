import { IMAGES, NetworkError, type Network } from '@gradsign/network';
import { float32, sizeOf, tensor, type Tensor } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { cellsOf } from './cells';
import { kaimingNormal, kaimingNormalFanOut, normalTensor, normalWeights } from './draws';
import { weightFeeds } from './forward';
import { ActivationPatterns, firstCellGraph } from './linear-regions';
import { rankSums } from './population';
import type { PopulationProxy, ProgramSubject } from './proxy';
import { conditionNumber, KERNEL_COLUMN, kernelColumnGraph, SELECTION } from './tangent-kernel';

const REPEATS = 3;
/** Samples whose patterns are compared: in batches, whose statistics normalisation uses. */
const SAMPLE_BATCHES = 3;
const SAMPLE_BATCH_SIZE = 1000;
/** Height and width of a sample: on larger ones nearly every pattern is unique. */
const SAMPLE_SIZE = 3;

/**
 * TE-NAS: rank(−κ) + rank(R) among the members of a population (ranks from 1 for the lowest, higher is better).
 *
 * κ = λmax/λmin of the neural tangent kernel J·Jᵀ, row i of J the gradient of the sum of the logits of image i with
 * respect to all weights (of convolutions, linear layers and normalisation; no biases and shifts), normalised by the
 * statistics of the batch; weights Kaiming normal, fan-out, biases 0. It is that of the network as it is asked for
 * (the published search takes 3 channels and one cell a stage); ∞ where the kernel is singular.
 *
 * R = number of linear regions: of distinct on-off patterns of the ReLUs among 3,000 samples N(0, 1) of 3 × 3 pixels,
 * in the first cell alone (no stem, depth 1) of the architecture's network of one channel, or as few as the space
 * allows (NAS-Bench-101: one for each vertex that feeds the cell's output); normalised over batches of 1,000, weights
 * Kaiming normal, fan-in. In the NDS spaces the cell reads the output of a stem, three channels. 1 without a ReLU.
 * (The published code crops its samples from images.) A user's model, and a space whose architectures are numbers of
 * channels, have no such network.
 *
 * Both are means of three repeats, each with new weights and new samples.
 *
 * Chen, Gong and Wang, "Neural Architecture Search on ImageNet in Four GPU Hours: A Theoretically Inspired
 * Perspective", ICLR 2021; equal members share their mean rank.
 */
export const teNas: PopulationProxy = {
  kind: 'population',
  id: 'te_nas',
  higherIsBetter: true,
  definition: 'sum of a member’s ranks in trainability (condition of the tangent kernel) and number of linear regions',
  source: 'Chen et al., TE-NAS, ICLR 2021',
  data: 'batch',
  defaultBatchSize: 16,
  chunkable: false,
  normalization: 'batch',
  evaluate: async (subject) => {
    const small = subject.smallestNetwork?.();
    if (small === undefined) {
      const rule =
        'counts linear regions in a network of one channel, which a model does not have, nor an architecture that is its channels';
      throw new NetworkError('te_nas', rule);
    }
    const { initialization, seed } = subject;
    const stream = Stream.of(seed, 'te_nas', initialization);
    const kernel = await condition(subject, stream.child('kernel'));
    const regions = await linearRegions(small, subject, stream.child('regions'));
    return { components: [-kernel.value, regions], weights: kernel.weights, nanCount: 0 };
  },
  combine: rankSums,
};

/** Mean κ, and the number of weights that it is of. */
async function condition({ network, batch, run }: ProgramSubject, stream: Stream) {
  const { size, images } = batch!;
  const graph = kernelColumnGraph(network, size);
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const read = { weights: network.weights.filter(({ path }) => inputs.has(path)) };
  const feeds: Record<string, Tensor> = {};
  if (inputs.has(IMAGES)) feeds[IMAGES] = tensor('float32', [size, ...network.imageShape], images);
  let sum = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const weights = normalWeights(read, stream.child(repeat), kaimingNormalFanOut);
    const columns: ArrayLike<number>[] = [];
    for (let sample = 0; sample < size; sample++) {
      const selection = new Float32Array(size);
      selection[sample] = 1;
      if (inputs.has(SELECTION)) feeds[SELECTION] = float32(selection, [size, 1]);
      const outputs = await run(graph, { ...feeds, ...weightFeeds(graph, weights) });
      columns.push(outputs[KERNEL_COLUMN].data as ArrayLike<number>);
    }
    sum += conditionNumber(columns);
  }
  return { value: sum / REPEATS, weights: read.weights.reduce((n, { shape }) => n + sizeOf(shape), 0) };
}

/** Mean number of linear regions. */
async function linearRegions(small: Network, { run }: ProgramSubject, stream: Stream): Promise<number> {
  cellsOf(small, 'te_nas', 1);
  const { graph, inputs } = firstCellGraph(small, SAMPLE_BATCH_SIZE, SAMPLE_SIZE);
  if (graph.outputs.length === 0) return 1;
  let sum = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const own = stream.child(repeat);
    const weights = weightFeeds(graph, normalWeights(small, own.child('weights'), kaimingNormal));
    const patterns = new ActivationPatterns();
    for (let batch = 0; batch < SAMPLE_BATCHES; batch++) {
      const samples = inputs.map(({ name, shape }, i) => [
        name,
        normalTensor(own.child('samples', batch, i), shape as number[]),
      ]);
      const outputs = await run(graph, { ...weights, ...(Object.fromEntries(samples) as Record<string, Tensor>) });
      patterns.add(
        graph.outputs.map(({ name }) => outputs[name]),
        SAMPLE_BATCH_SIZE,
      );
    }
    sum += patterns.count;
  }
  return sum / REPEATS;
}
