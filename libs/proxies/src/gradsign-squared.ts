import type { GraphProxy } from './proxy';
import { foldSignSums, signFamily } from './sign-sums';

/**
 * Σ_k |Σ_i sign(∂ℓ_i/∂θ_k)|²: the quantity that equations 4, 5 and 26 of the paper derive, where its algorithm takes
 * the absolute value.
 */
export const gradsignSquared: GraphProxy = {
  ...signFamily,
  id: 'gradsign_squared',
  definition: 'sum over the weights of the squared sum, over the samples, of the signs of per-sample gradients',
  source: 'Zhang & Jia, GradSign, ICLR 2022, equations 4, 5 and 26',
  reduce: (outputs, facts) => foldSignSums(outputs, facts, (agreement) => agreement * agreement),
};
