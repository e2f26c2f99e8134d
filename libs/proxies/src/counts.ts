import { flops as countFlops, liveWeights as countLiveWeights, parameterCount } from '@gradsign/network';
import type { StructuralProxy } from './proxy';

const structural = {
  kind: 'structural',
  higherIsBetter: true,
  data: 'none',
  defaultBatchSize: 0,
  chunkable: false,
  normalization: 'none',
} as const;

/** Number of trainable parameters, as benchmarks publish it. */
export const params: StructuralProxy = {
  ...structural,
  id: 'params',
  definition: 'number of trainable parameters',
  source: 'count',
  evaluate: ({ network }) => {
    const value = parameterCount(network);
    return { value, weights: value, nanCount: 0 };
  },
};

/** Multiply-adds of one image's forward pass, as NAS-Bench-201 counts them. */
export const flops: StructuralProxy = {
  ...structural,
  id: 'flops',
  definition: 'multiply-adds of the forward pass of one image',
  source: 'count',
  evaluate: ({ network }) => ({ value: countFlops(network.graph), weights: parameterCount(network), nanCount: 0 }),
};

/**
 * Number of convolution and linear weights that receive gradient: those on a path from input to output. GradSign is
 * nearly proportional to it on the published spaces, so it stands beside every GradSign result.
 */
export const liveWeights: StructuralProxy = {
  ...structural,
  id: 'live_weights',
  definition: 'number of convolution and linear weights that receive gradient',
  source: 'count',
  evaluate: ({ network }) => {
    const value = countLiveWeights(network);
    return { value, weights: value, nanCount: 0 };
  },
};
