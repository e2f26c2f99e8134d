/** Ridge, relative to the mean of the kernel's diagonal: keeps a kernel of low rank invertible. */
const RIDGE = 1e-3;

/**
 * Accuracy on the second half of the images of kernel ridge regression that has learnt the first (the larger part of
 * an odd number): Y₂ = K₂₁ (K₁₁ + ε·mean(diag K₁₁)·1)⁻¹ Y₁ with ε = 1e−3 and Y₁ one-hot less 1/classes; the class is
 * that of the largest entry, of equal ones the first. NaN for a single image and for a kernel that is not finite or
 * zero on the diagonal.
 * @param kernel symmetric, non-negative definite, row by row
 */
export function kernelRegressionAccuracy(
  kernel: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const size = labels.length;
  const known = Math.ceil(size / 2);
  let trace = 0;
  for (let i = 0; i < known; i++) trace += kernel[i * size + i];
  if (known === size || !(trace > 0 && trace < Infinity)) return NaN;
  const ridge = (RIDGE * trace) / known;
  const factor = cholesky(known, (i, j) => kernel[i * size + j] + (i === j ? ridge : 0));
  const columns = Array.from({ length: classes }, (_, c) =>
    solve(
      factor,
      Float64Array.from({ length: known }, (_, i) => (labels[i] === c ? 1 : 0) - 1 / classes),
    ),
  );
  let right = 0;
  for (let i = known; i < size; i++) {
    const scores = columns.map((column) => column.reduce((sum, v, k) => sum + kernel[i * size + k] * v, 0));
    const best = scores.reduce((b, score, c) => (score > scores[b] ? c : b), 0);
    if (scores.some((score) => score !== score)) return NaN;
    if (best === labels[i]) right++;
  }
  return right / (size - known);
}

/** The lower triangular L with L·Lᵀ = A, as rows. */
function cholesky(n: number, a: (i: number, j: number) => number): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      let sum = a(i, j);
      const other = j === i ? row : rows[j];
      for (let k = 0; k < j; k++) sum -= row[k] * other[k];
      row[j] = i === j ? sum ** 0.5 : sum / other[j];
    }
    rows.push(row);
  }
  return rows;
}

/** x with L·Lᵀ·x = b; b is overwritten. */
function solve(factor: readonly Float64Array[], b: Float64Array): Float64Array {
  factor.forEach((row, i) => {
    for (let k = 0; k < i; k++) b[i] -= row[k] * b[k];
    b[i] /= row[i];
  });
  for (let i = b.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < b.length; k++) b[i] -= factor[k][i] * b[k];
    b[i] /= factor[i][i];
  }
  return b;
}
