import { gradientFamily, sumOverLayers } from './gradient-family';
import type { GraphProxy } from './proxy';

/**
 * Σ |W ⊙ ∂L/∂W| over the weights of convolutions and linear layers.
 *
 * Lee et al., "SNIP: Single-shot Network Pruning based on Connection Sensitivity", ICLR 2019; summed over the network
 * by Abdelfattah et al., ICLR 2021.
 */
export const snip: GraphProxy = {
  ...gradientFamily,
  id: 'snip',
  definition: 'sum over the weights of |weight × batch gradient|',
  source: 'Lee et al., SNIP, ICLR 2019; Abdelfattah et al., ICLR 2021',
  reduce: (outputs, facts) =>
    sumOverLayers(outputs, facts, (weights, gradient) => {
      let sum = 0;
      for (let k = 0; k < gradient.length; k++) {
        const product = weights[k] * gradient[k];
        sum += product < 0 ? -product : product;
      }
      return sum;
    }),
};
