import { spectralEntropy, spectralNorm } from './spectra';

it('is the entropy of the shares of the eigenvalues', () => {
  // Eigenvalues 1 and 3.
  const entropy = -(0.25 * Math.log(0.25 + 1e-8) + 0.75 * Math.log(0.75 + 1e-8));
  expect(spectralEntropy({ data: Float64Array.of(2, 1, 1, 2), shape: [2, 2] })).toBeCloseTo(entropy, 14);
  expect(spectralEntropy({ data: Float64Array.of(5), shape: [1, 1] })).toBeCloseTo(0, 7);
});

it('takes eigenvalues below 0 as 0, and says nothing of zeros', () => {
  expect(spectralEntropy({ data: Float64Array.of(1, 0, 0, -1e-7), shape: [2, 2] })).toBeCloseTo(0, 7);
  expect(spectralEntropy({ data: new Float64Array(4), shape: [2, 2] })).toBe(NaN);
});

it('is the largest singular value', () => {
  const data = Float64Array.of(3, 0, 0, 0, -4, 0);
  expect(spectralNorm({ data, shape: [2, 3] })).toBeCloseTo(4, 12);
  expect(spectralNorm({ data, shape: [3, 2] })).toBeCloseTo(5, 12);
  expect(spectralNorm({ data: new Float64Array(6), shape: [2, 3] })).toBe(0);
});
