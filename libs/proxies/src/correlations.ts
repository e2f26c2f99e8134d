/**
 * Pearson's correlations of the rows of a matrix, in double precision: entry [i, j] belongs to rows i and j. A row
 * that is constant correlates with nothing: NaN, on the diagonal too.
 * @param rows count × features, row by row
 * @returns count × count, row by row
 */
export function correlationMatrix(rows: ArrayLike<number>, count: number): Float64Array {
  return correlations(covarianceMatrix(rows, count), count);
}

/** The correlations that follow from covariances, which may be scaled by any one number. Within [−1, 1], or NaN. */
export function correlations(covariances: ArrayLike<number>, count: number): Float64Array {
  const result = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const scale = (covariances[i * count + i] * covariances[j * count + j]) ** 0.5;
      const quotient = covariances[i * count + j] / scale;
      result[i * count + j] = quotient > 1 ? 1 : quotient < -1 ? -1 : quotient;
    }
  }
  return result;
}

/** Sums of products of the rows' deviations from their means (covariances times the number of features). */
function covarianceMatrix(rows: ArrayLike<number>, count: number): Float64Array {
  const features = rows.length / count;
  const centred = new Float64Array(rows.length);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let k = i * features; k < (i + 1) * features; k++) sum += rows[k];
    for (let k = i * features; k < (i + 1) * features; k++) centred[k] = rows[k] - sum / features;
  }
  const result = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < features; k++) sum += centred[i * features + k] * centred[j * features + k];
      result[i * count + j] = result[j * count + i] = sum;
    }
  }
  return result;
}
