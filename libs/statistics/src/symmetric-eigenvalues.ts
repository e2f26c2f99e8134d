// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { abs, hypot, sqrt } = Math;

/** More than the few steps that an eigenvalue takes; reached by no finite matrix that has been met. */
const MAX_STEPS = 60;

/**
 * All eigenvalues of a real symmetric matrix in ascending order, to about n·ε·‖A‖: reduction to tridiagonal form by
 * Householder reflections, then QL steps with implicit shifts (Golub & Van Loan, "Matrix Computations", §8.3).
 * @param matrix n × n, row by row; only the lower triangle is read
 * @throws RangeError for a matrix that is not n × n or has an entry that is not finite
 */
export function symmetricEigenvalues(matrix: ArrayLike<number>, n: number): number[] {
  if (matrix.length !== n * n) throw new RangeError(`the matrix has ${matrix.length} entries: ${n} × ${n} are needed`);
  const a = Float64Array.from(matrix);
  const bad = a.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) throw new RangeError(`matrix[${bad}] is ${a[bad]}: eigenvalues are those of finite matrices`);
  const { diagonal, below } = tridiagonal(a, n);
  diagonalize(diagonal, below);
  return [...diagonal.sort()];
}

/** The diagonal of a similar tridiagonal matrix, and the entries below it (`below[i]` is beside `diagonal[i]` and `diagonal[i + 1]`). */
function tridiagonal(a: Float64Array, n: number): { diagonal: Float64Array; below: Float64Array } {
  const below = new Float64Array(n);
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  // Row i of the lower triangle is reflected onto its last entry, from the bottom up.
  for (let i = n - 1; i > 1; i--) {
    let scale = 0;
    for (let k = 0; k < i; k++) scale += abs(a[i * n + k]);
    if (scale === 0) continue;
    let squares = 0;
    for (let k = 0; k < i; k++) {
      v[k] = a[i * n + k] / scale;
      squares += v[k] * v[k];
    }
    const norm = v[i - 1] > 0 ? -sqrt(squares) : sqrt(squares);
    below[i - 1] = scale * norm;
    const half = squares - v[i - 1] * norm;
    v[i - 1] -= norm;
    reflect(a, n, i, v, p, half);
  }
  if (n > 1) below[0] = a[n];
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]), below };
}

/** A ← (1 − vvᵀ/h) A (1 − vvᵀ/h) on the leading m × m block, of which the lower triangle is kept. */
function reflect(a: Float64Array, n: number, m: number, v: Float64Array, p: Float64Array, h: number): void {
  p.fill(0, 0, m);
  for (let r = 0; r < m; r++) {
    let sum = a[r * n + r] * v[r];
    for (let c = 0; c < r; c++) {
      sum += a[r * n + c] * v[c];
      p[c] += a[r * n + c] * v[r];
    }
    p[r] += sum;
  }
  let along = 0;
  for (let r = 0; r < m; r++) along += (p[r] /= h) * v[r];
  for (let r = 0; r < m; r++) p[r] -= (along / (2 * h)) * v[r];
  for (let r = 0; r < m; r++) for (let c = 0; c <= r; c++) a[r * n + c] -= v[r] * p[c] + p[r] * v[c];
}

/** QL steps until nothing is left below the diagonal; both arrays are overwritten. */
function diagonalize(d: Float64Array, e: Float64Array): void {
  for (let l = 0; l < d.length; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      while (m < d.length - 1 && abs(d[m]) + abs(d[m + 1]) + abs(e[m]) !== abs(d[m]) + abs(d[m + 1])) m++;
      if (m === l) break;
      if (step === MAX_STEPS) throw new Error(`eigenvalue ${l} does not converge in ${MAX_STEPS} steps`);
      qlStep(d, e, l, m);
    }
  }
}

/** One implicit QL step with Wilkinson's shift on rows l … m. */
function qlStep(d: Float64Array, e: Float64Array, l: number, m: number): void {
  const slope = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = hypot(slope, 1);
  let g = d[m] - d[l] + e[l] / (slope + (slope < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i];
    const b = cosine * e[i];
    const r = hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The matrix splits here: what is left is taken up by the next step.
      d[i + 1] -= shift;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1] - shift;
    const t = (d[i] - g) * sine + 2 * cosine * b;
    shift = sine * t;
    d[i + 1] = g + shift;
    g = cosine * t - b;
  }
  d[l] -= shift;
  e[l] = g;
  e[m] = 0;
}
