import { gradientFamily, sumOverLayers } from './gradient-family';
import type { GraphProxy } from './proxy';

/**
 * −Σ W ⊙ (H·g) over the weights of convolutions and linear layers, where g = ∂L/∂W and H is the Hessian of L, both
 * with respect to all these weights together; the whole batch at once, temperature 1. Higher is better. A network
 * without live weights has 0.
 *
 * Wang et al., "Picking Winning Tickets Before Training by Preserving Gradient Flow", ICLR 2020; summed over the
 * network by Abdelfattah et al., ICLR 2021.
 */
export const grasp: GraphProxy = {
  ...gradientFamily,
  id: 'grasp',
  definition: 'minus the sum over the weights of weight × (Hessian · batch gradient)',
  source: 'Wang et al., GraSP, ICLR 2020; Abdelfattah et al., ICLR 2021',
  request: (pass) => pass.hessianGradientProducts(),
  reduce: (outputs, facts) =>
    sumOverLayers(outputs, facts, (weights, product) => {
      let sum = 0;
      for (let k = 0; k < product.length; k++) sum -= weights[k] * product[k];
      return sum;
    }),
};
