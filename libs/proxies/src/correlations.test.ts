import { correlationMatrix, correlations } from './correlations';

it('correlates rows with each other', () => {
  // Deviations (−1, 0, 1), (2, 0, −2) and (1, −2, 1).
  const matrix = correlationMatrix([1, 2, 3, 5, 3, 1, 1, -2, 1], 3);
  [1, -1, 0, -1, 1, 0, 0, 0, 1].forEach((value, i) => expect(matrix[i]).toBeCloseTo(value, 14));
});

it('gives a constant row no correlation', () => {
  expect([...correlationMatrix([1, 2, 7, 7], 2)]).toEqual([1, NaN, NaN, NaN]);
});

it('follows from covariances of any scale, within its bounds', () => {
  expect([...correlations([4, 1, 1, 1], 2)]).toEqual([1, 0.5, 0.5, 1]);
  expect([...correlations([4, 2.1, 2.1, 1], 2)]).toEqual([1, 1, 1, 1]);
  expect([...correlations([4, -3, -3, 1], 2)]).toEqual([1, -1, -1, 1]);
});
