import { smallestEigenvalue } from './meco';

it('is the smallest eigenvalue of the correlations of channels', () => {
  // Correlation −½: eigenvalues ½ and 1½.
  expect(smallestEigenvalue([1, 0, -1, 0, -1, 1], 2)).toBeCloseTo(0.5, 14);
  expect(smallestEigenvalue([1, 2, 4], 1)).toBe(1);
});

it('takes what does not correlate as 0: a constant channel has an eigenvalue of 0', () => {
  expect(smallestEigenvalue([1, 0, -1, 5, 5, 5], 2)).toBe(0);
  expect(smallestEigenvalue([0, 0, 0], 1)).toBe(0);
});

it('is 0 with as many channels as pixels', () => {
  expect(smallestEigenvalue([1, 2, 4, 3], 2)).toBe(0);
  expect(smallestEigenvalue([7], 1)).toBe(0);
});
