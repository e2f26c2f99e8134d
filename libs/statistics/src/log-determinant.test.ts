import { Stream } from '@gradsign/random';
import { logAbsDeterminant } from './log-determinant';
import { symmetricEigenvalues } from './symmetric-eigenvalues';

it.each([
  [[], 0, 0],
  [[-3], 1, Math.log(3)],
  [[0, 2, 5, 1], 2, Math.log(10)],
  // 1·(50 − 48) − 2·(40 − 42) + 3·(32 − 35) = −3
  [[1, 2, 3, 4, 5, 6, 7, 8, 10], 3, Math.log(3)],
])('is the logarithm of the absolute determinant of %j', (matrix, n, expected) => {
  expect(logAbsDeterminant(matrix, n)).toBeCloseTo(expected, 12);
});

it('is the sum of the logarithms of the eigenvalues of a positive matrix', () => {
  const n = 40;
  const factors = Float64Array.from({ length: n * n }, (_, k) => Stream.of(3, 'factors').normal(k));
  const product = Float64Array.from({ length: n * n }, (_, k) => {
    let sum = k % (n + 1) === 0 ? 1 : 0;
    for (let j = 0; j < n; j++) sum += factors[Math.floor(k / n) * n + j] * factors[(k % n) * n + j];
    return sum;
  });
  const expected = symmetricEigenvalues(product, n).reduce((sum, v) => sum + Math.log(v), 0);
  expect(logAbsDeterminant(product, n)).toBeCloseTo(expected, 9);
});

it('has no overflow where the determinant has', () => {
  const n = 400;
  const diagonal = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1e6 : 0));
  expect(logAbsDeterminant(diagonal, n)).toBeCloseTo(n * Math.log(1e6), 6);
});

it('is minus infinity for a singular matrix', () => {
  expect(logAbsDeterminant([1, 2, 2, 4], 2)).toBe(-Infinity);
  expect(logAbsDeterminant([0, 0, 0, 0], 2)).toBe(-Infinity);
  const rows = [0.1, 0.7, 0.3, 0.9, 0.2, 0.4, 0.1, 0.7, 0.3];
  expect(logAbsDeterminant(rows, 3)).toBe(-Infinity);
});

it('is NaN where an entry is not finite', () => {
  for (const [at, entry] of [
    [0, NaN],
    [4, NaN],
    [8, Infinity],
  ]) {
    const matrix = [1, 2, 2, 4, 5, 6, 2, 4, 4];
    matrix[at] = entry;
    expect(logAbsDeterminant(matrix, 3)).toBeNaN();
  }
});

it('refuses a matrix that is not square', () => {
  expect(() => logAbsDeterminant([1, 2, 3], 2)).toThrow('a 2 × 2 matrix has 4 entries, not 3');
});
