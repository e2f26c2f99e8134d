import { symmetricEigenvalues } from '@gradsign/statistics';
import { correlationMatrix } from './correlations';
import type { GraphProxy } from './proxy';

/** Keeps logarithm and reciprocal of an eigenvalue of zero finite. */
const SHIFT = 1e-5;

/**
 * −Σ [log(v + 1e−5) + 1/(v + 1e−5)] over the eigenvalues v of the correlation matrix of J's rows, where row i is the
 * gradient, with respect to image i, of the sum of all logits of the batch: normalisation by the batch's statistics
 * makes every row depend on all images. Higher (less correlated) is better. NaN where a row is constant, as for a
 * network that does not see its input, or not finite.
 *
 * Mellor et al., "Neural Architecture Search without Training", first version (arXiv:2006.04647v1); as a zero-cost
 * proxy by Abdelfattah et al., ICLR 2021.
 */
export const jacobCov: GraphProxy = {
  kind: 'graph',
  id: 'jacob_cov',
  higherIsBetter: true,
  definition: 'minus Σ log(v) + 1/v over the eigenvalues v of the correlation matrix of the input gradients',
  source: 'Mellor et al., Neural Architecture Search without Training, first version, 2020',
  data: 'batch',
  defaultBatchSize: 64,
  chunkable: false,
  normalization: 'batch',
  request: (pass) => pass.inputGradient(),
  reduce: ([gradient], { batchSize }) => ({
    value: jacobianScore(gradient.data as ArrayLike<number>, batchSize),
    weights: 0,
    nanCount: 0,
  }),
};

/** @param rows count × features, row by row */
export function jacobianScore(rows: ArrayLike<number>, count: number): number {
  const correlations = correlationMatrix(rows, count);
  if (correlations.some((entry) => entry !== entry)) return NaN;
  let score = 0;
  for (const eigenvalue of symmetricEigenvalues(correlations, count)) {
    // Eigenvalues of a correlation matrix are not negative; rounding leaves a zero within 1e−13 of zero.
    const v = eigenvalue + SHIFT;
    score -= Math.log(v) + 1 / v;
  }
  return score;
}
