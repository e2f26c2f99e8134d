import type { ProgramProxy } from './proxy';

/**
 * Σ_l ‖W_l‖₂ over the convolutions and linear layers of the network as it is built, dead ones included: it looks at
 * nothing but the initial weights. Higher is better. (The published NAS-Bench-201 code has every candidate operation
 * in its network and sums them all, so that its value hardly depends on the architecture.)
 *
 * Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
 */
export const l2Norm: ProgramProxy = {
  kind: 'program',
  id: 'l2_norm',
  higherIsBetter: true,
  definition: 'sum over the layers of the Euclidean norm of the initial weights',
  source: 'Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021',
  data: 'none',
  defaultBatchSize: 0,
  chunkable: false,
  normalization: 'none',
  evaluate: async ({ network, weights: values }) => {
    let value = 0;
    let weights = 0;
    for (const { path, role } of network.weights) {
      if (role !== 'conv' && role !== 'linear') continue;
      const { data } = values.get(path)!;
      let squares = 0;
      for (let k = 0; k < data.length; k++) squares += data[k] * data[k];
      value += squares ** 0.5;
      weights += data.length;
    }
    return { value, weights, nanCount: 0 };
  },
};
