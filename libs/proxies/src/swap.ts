import { step } from '@gradsign/autodiff';
import { IMAGES, parameterCount, type Network } from '@gradsign/network';
import { sizeOf, tensor, type Graph } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { normalWeights, standardNormal } from './draws';
import { finish, forwardBuilder, weightFeeds } from './forward';
import type { ProgramProxy } from './proxy';

const REPEATS = 32;
/** Samples in one code: sums of so many powers of two are exact in float32. */
const CODE_BITS = 24;

/** Prefers networks of a size: the score is multiplied by exp(−((P − μ)² / σ)), P in thousands of parameters. */
export interface SwapRegularization {
  readonly mu: number;
  readonly sigma: number;
}

/**
 * SWAP: the number of distinct activation patterns of neurons. The pattern of a neuron (one element of the output of
 * a ReLU on feature maps) has one bit a sample, output > 0; every ReLU that is executed counts. The mean over 32
 * repeats, each with weights drawn anew from N(0, 1) and the same batch. Higher is better; 0 without a ReLU. It does
 * not depend on the order of the samples.
 *
 * Peng et al., "SWAP-NAS: Sample-Wise Activation Patterns for Ultra-fast NAS", ICLR 2024.
 */
export function swapProxy(regularization?: SwapRegularization): ProgramProxy {
  return {
    kind: 'program',
    id: 'swap',
    higherIsBetter: true,
    definition: 'number of distinct patterns, over the samples, of the signs of neurons; mean of 32 weight draws',
    source: 'Peng et al., SWAP-NAS, ICLR 2024',
    data: 'batch',
    defaultBatchSize: 16,
    chunkable: false,
    normalization: 'batch',
    evaluate: async ({ network, batch, seed, initialization, run }) => {
      const { images, size } = batch!;
      const graph = codeGraph(network, size);
      if (graph === undefined) return { value: 0, weights: 0, nanCount: 0 };
      const feeds = { [IMAGES]: tensor('float32', [size, ...network.imageShape], images) };
      const read = { weights: network.weights.filter(({ path }) => graph.inputs.some(({ name }) => name === path)) };
      let sum = 0;
      for (let repeat = 0; repeat < REPEATS; repeat++) {
        const weights = normalWeights(read, Stream.of(seed, 'swap', initialization, repeat), standardNormal);
        const { codes } = await run(graph, { ...feeds, ...weightFeeds(graph, weights) });
        sum += distinctColumns(codes.data as ArrayLike<number>, Math.ceil(size / CODE_BITS));
      }
      const factor = regularization ? sizeFactor(parameterCount(network), regularization) : 1;
      const weights = read.weights.reduce((n, { shape }) => n + sizeOf(shape), 0);
      return { value: (factor * sum) / REPEATS, weights, nanCount: 0 };
    },
  };
}

export const swap = swapProxy();

/** exp(−((P − μ)² / σ)), as the published code has it with P in thousands. */
export function sizeFactor(parameters: number, { mu, sigma }: SwapRegularization): number {
  return Math.exp(-((parameters / 1000 - mu) ** 2 / sigma));
}

/** Number of distinct columns of a matrix of codes [rows, neurons], row by row. */
export function distinctColumns(codes: ArrayLike<number>, rows: number): number {
  const neurons = codes.length / rows;
  // Codes of the rows so far, numbered by first appearance: below 2²⁹, so that a pair fits 53 bits.
  let ids: ArrayLike<number> = new Float64Array(neurons);
  let distinct = 0;
  for (let row = 0; row < rows; row++) {
    const known = new Map<number, number>();
    const next = new Float64Array(neurons);
    for (let k = 0; k < neurons; k++) {
      const pair = ids[k] * 2 ** CODE_BITS + codes[row * neurons + k];
      let id = known.get(pair);
      if (id === undefined) known.set(pair, (id = known.size));
      next[k] = id;
    }
    ids = next;
    distinct = known.size;
  }
  return distinct;
}

/** Outputs `codes` [⌈B/24⌉, neurons]: the bits of 24 samples a row. Undefined without a ReLU on feature maps. */
function codeGraph(network: Network, size: number): Graph | undefined {
  const builder = forwardBuilder(network, { batchSize: size });
  const relus = builder.build().nodes.filter(({ op }) => op === 'Relu');
  // Several of the same value have the same patterns.
  const maps = [...new Set(relus.map(({ inputs }) => inputs[0]))]
    .map((name) => builder.value(name))
    .filter(({ shape }) => shape.length === 4);
  if (maps.length === 0) return undefined;
  const rows = Math.ceil(size / CODE_BITS);
  const powers = new Float32Array(rows * size);
  for (let i = 0; i < size; i++) powers[Math.floor(i / CODE_BITS) * size + i] = 2 ** (i % CODE_BITS);
  const weights = builder.constant(tensor('float32', [rows, size], powers));
  const codes = maps.map((map) => {
    const on = step(builder, builder.node('Flatten', [map], { axis: 1 }), 0);
    return builder.node('MatMul', [weights, on]);
  });
  builder.output(builder.node('Concat', codes, { axis: 1 }), 'codes');
  return finish(builder);
}
