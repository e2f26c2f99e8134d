// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { abs, exp, sign } = Math;
const SCALE = 2 / Math.sqrt(Math.PI);

/**
 * The error function, to float64 precision, by erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!
 * (Abramowitz & Stegun 7.1.6), whose terms all have x's sign, so nothing cancels.
 */
export function erf(x: number): number {
  // 1 - erf(6) is 2e-17, below float64's resolution at 1.
  if (abs(x) >= 6) return sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; abs(term) > abs(sum) * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return SCALE * exp(-x * x) * sum;
}
