/** Mean, spread and the 95 % interval of the mean. */
export interface Summary {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n − 1); 0 for a single value. */
  readonly std: number;
  /** Half width of the 95 % interval of the mean, by the normal approximation: 1.96·std/√n. */
  readonly ci95: number;
}

/** @throws RangeError without values. */
export function summarize(values: readonly number[]): Summary {
  const n = values.length;
  if (n === 0) throw new RangeError('a summary needs at least one value');
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  const std = n === 1 ? 0 : Math.sqrt(squares / (n - 1));
  return { n, mean, std, ci95: (1.96 * std) / Math.sqrt(n) };
}

/**
 * The q-quantile, 0 ≤ q ≤ 1, by linear interpolation between order statistics. Infinities are allowed.
 * @throws RangeError without values.
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('a quantile needs at least one value');
  const sorted = Float64Array.from(values).sort();
  const position = q * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  // Differences of infinities are NaN, so equal neighbours are not interpolated and unequal ones are weighted.
  if (position === low || sorted[low] === sorted[high]) return sorted[low];
  return (low + 1 - position) * sorted[low] + (position - low) * sorted[high];
}
