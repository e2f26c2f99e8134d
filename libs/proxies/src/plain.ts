import { gradientFamily, sumOverLayers } from './gradient-family';
import type { GraphProxy } from './proxy';

/**
 * Σ W ⊙ ∂L/∂W over the weights of convolutions and linear layers: snip without its absolute values. Layers that are
 * followed by normalisation do not change with the scale of their weights, so their sums vanish; what remains comes
 * from the others and is small beside snip, which bounds it. Higher is better, as published.
 *
 * Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
 */
export const plain: GraphProxy = {
  ...gradientFamily,
  id: 'plain',
  definition: 'sum over the weights of weight × batch gradient',
  source: 'Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021',
  reduce: (outputs, facts) =>
    sumOverLayers(outputs, facts, (weights, gradient) => {
      let sum = 0;
      for (let k = 0; k < gradient.length; k++) sum += weights[k] * gradient[k];
      return sum;
    }),
};
