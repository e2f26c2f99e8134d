/**
 * log|det A| of a square matrix, −∞ for a singular one: elimination with partial pivoting in double precision. Rows
 * that are equal to the bit cancel exactly; a matrix that is singular otherwise may be left with a rounding error for
 * its smallest pivot. NaN where an entry is not finite.
 * @param matrix n × n, row by row; it is not changed
 * @throws RangeError for a matrix that is not n × n
 */
export function logAbsDeterminant(matrix: ArrayLike<number>, n: number): number {
  if (matrix.length !== n * n) throw new RangeError(`a ${n} × ${n} matrix has ${n * n} entries, not ${matrix.length}`);
  const rows = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => matrix[i * n + j]));
  const { abs, log } = Math;
  if (rows.some((row) => row.some((entry) => entry - entry !== 0))) return NaN;
  let sum = 0;
  for (let column = 0; column < n; column++) {
    let best = column;
    for (let i = column; i < n; i++) if (abs(rows[i][column]) > abs(rows[best][column])) best = i;
    [rows[column], rows[best]] = [rows[best], rows[column]];
    const pivot = rows[column];
    if (pivot[column] === 0) return -Infinity;
    sum += log(abs(pivot[column]));
    for (let i = column + 1; i < n; i++) {
      const row = rows[i];
      const factor = row[column] / pivot[column];
      if (factor === 0) continue;
      for (let j = column; j < n; j++) row[j] -= factor * pivot[j];
    }
  }
  return sum;
}
