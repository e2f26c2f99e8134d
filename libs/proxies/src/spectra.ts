import type { Tensor } from '@gradsign/onnx';
import { symmetricEigenvalues } from '@gradsign/statistics';

/** Keeps the logarithm of an eigenvalue of zero finite. */
const SHIFT = 1e-8;

/**
 * −Σ p·log(p + 1e−8) over the eigenvalues of a covariance matrix [n, n], p their shares of the sum. Eigenvalues below
 * 0, which come of rounding, are 0. NaN for a matrix of zeros.
 */
export function spectralEntropy({ data, shape: [size] }: Pick<Tensor, 'data' | 'shape'>): number {
  const eigenvalues = symmetricEigenvalues(Float64Array.from(data as ArrayLike<number>), size);
  const sum = eigenvalues.reduce((total, v) => total + Math.max(v, 0), 0);
  return eigenvalues.reduce((entropy, v) => {
    const p = Math.max(v, 0) / sum;
    return entropy - p * Math.log(p + SHIFT);
  }, 0);
}

/** The largest singular value of a matrix [rows, columns]. */
export function spectralNorm({ data, shape: [rows, columns] }: Pick<Tensor, 'data' | 'shape'>): number {
  const a = data as ArrayLike<number>;
  const wide = rows < columns;
  const size = wide ? rows : columns;
  const length = wide ? columns : rows;
  const at = (i: number, k: number) => (wide ? a[i * columns + k] : a[k * columns + i]);
  const gram = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += at(i, k) * at(j, k);
      gram[i * size + j] = gram[j * size + i] = sum;
    }
  }
  return Math.max(...symmetricEigenvalues(gram, size), 0) ** 0.5;
}
