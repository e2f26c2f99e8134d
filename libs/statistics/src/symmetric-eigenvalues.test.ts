import { Stream } from '@gradsign/random';
import { symmetricEigenvalues } from './symmetric-eigenvalues';

const expectClose = (actual: readonly number[], expected: readonly number[], digits = 12) => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], digits));
};

it.each([
  ['of nothing', [], []],
  ['1 × 1', [-3], [-3]],
  ['2 × 2', [2, 1, 1, 2], [1, 3]],
  ['diagonal', [3, 0, 0, 0, -1, 0, 0, 0, 2], [-1, 2, 3]],
  ['of ones', [1, 1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 3]],
  ['of zeros', [0, 0, 0, 0], [0, 0]],
  // The path of four vertices: 2·cos(kπ/5).
  [
    'tridiagonal',
    [0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0],
    [4, 3, 2, 1].map((k) => 2 * Math.cos((k * Math.PI) / 5)),
  ],
])('a matrix %s', (_, matrix, expected) => {
  expectClose(symmetricEigenvalues(matrix, Math.sqrt(matrix.length)), expected);
});

it('reads the lower triangle', () => {
  expectClose(symmetricEigenvalues([2, 99, 1, 2], 2), [1, 3]);
});

it('equals known eigenvalues turned by reflections, over sixteen powers of ten and with repetitions', () => {
  const n = 40;
  const known = Array.from({ length: n }, (_, i) => (i < 8 ? -2 : 10 ** (8 - (i - 8) / 2))).sort((a, b) => a - b);
  const matrix = new Float64Array(n * n);
  known.forEach((value, i) => (matrix[i * n + i] = value));
  for (let turn = 0; turn < 3; turn++) {
    const v = new Float64Array(n);
    Stream.of(turn, 'reflection').fillNormal(v, 0, 1);
    const length = Math.hypot(...v);
    const reflection = (r: number, c: number) => (r === c ? 1 : 0) - (2 * v[r] * v[c]) / length ** 2;
    const product = (left: (r: number, c: number) => number, right: (r: number, c: number) => number) =>
      Float64Array.from({ length: n * n }, (_, i) => {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += left(Math.floor(i / n), k) * right(k, i % n);
        return sum;
      });
    const half = product(reflection, (r, c) => matrix[r * n + c]);
    matrix.set(product((r, c) => half[r * n + c], reflection));
  }
  const actual = symmetricEigenvalues(matrix, n);
  actual.forEach((value, i) => expect(Math.abs(value - known[i])).toBeLessThan(1e-12 * 1e8));
});

it('keeps trace and sum of squares of a random matrix of 200 rows', () => {
  const n = 200;
  const values = new Float64Array(n * n);
  Stream.of(1, 'matrix').fillNormal(values, 0, 1);
  const matrix = values.map(
    (_, i) => values[Math.floor(i / n) * n + (i % n)] + values[(i % n) * n + Math.floor(i / n)],
  );
  const eigenvalues = symmetricEigenvalues(matrix, n);
  const trace = Array.from({ length: n }, (_, i) => matrix[i * n + i]).reduce((a, b) => a + b);
  expect(eigenvalues.reduce((a, b) => a + b)).toBeCloseTo(trace, 9);
  const squares = (list: Iterable<number>) => [...list].reduce((sum, v) => sum + v * v, 0);
  expect(squares(eigenvalues) / squares(matrix)).toBeCloseTo(1, 12);
  expect(eigenvalues).toEqual(eigenvalues.toSorted((a, b) => a - b));
});

it('refuses what is not a finite square matrix', () => {
  expect(() => symmetricEigenvalues([1, 2, 3], 2)).toThrow('the matrix has 3 entries: 2 × 2 are needed');
  expect(() => symmetricEigenvalues([1, 0, NaN, 1], 2)).toThrow(
    'matrix[2] is NaN: eigenvalues are those of finite matrices',
  );
});
