import { gradientFamily, sumOverLayers } from './gradient-family';
import type { GraphProxy } from './proxy';

/**
 * Σ_layers ‖∂L/∂W_l‖₂: the sum of the layers' Euclidean norms, not the norm of all gradients together.
 *
 * Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
 */
export const gradNorm: GraphProxy = {
  ...gradientFamily,
  id: 'grad_norm',
  definition: 'sum over the layers of the Euclidean norm of the batch gradient',
  source: 'Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021',
  reduce: (outputs, facts) =>
    sumOverLayers(outputs, facts, (_, gradient) => {
      let squares = 0;
      for (let k = 0; k < gradient.length; k++) squares += gradient[k] * gradient[k];
      return squares ** 0.5;
    }),
};
