import type { GraphProxy } from './proxy';
import { foldSignSums, signFamily } from './sign-sums';

/**
 * GradSign: Σ_k |Σ_i sign(∂ℓ_i/∂θ_k)| over the weights of convolutions and linear layers, sign(0) = 0, each sample
 * normalised with its own statistics (what the published loop over single samples does). A weight with a NaN
 * gradient is left out. Range 0 … B·m; a network without live weights has 0.
 *
 * Zhang & Jia, "GradSign: Model Performance Inference with Theoretical Insights", ICLR 2022, Algorithm 1.
 */
export const gradsign: GraphProxy = {
  ...signFamily,
  id: 'gradsign',
  definition: 'sum over the weights of the absolute sum, over the samples, of the signs of per-sample gradients',
  source: 'Zhang & Jia, GradSign, ICLR 2022, Algorithm 1',
  reduce: (outputs, facts) => foldSignSums(outputs, facts, (agreement) => agreement),
};
