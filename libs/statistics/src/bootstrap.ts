import type { Random } from '@gradsign/random';
import { quantile } from './summary';

export interface BootstrapOptions {
  /** Number of resamples; 1,000 give the interval's ends to about a twentieth of its width. */
  readonly resamples: number;
  readonly random: Random;
  /** Share of resamples inside the interval. Default 0.95. */
  readonly level?: number;
}

/**
 * Percentile bootstrap interval of a statistic (Efron 1979): its quantiles over samples of the same size, drawn with
 * replacement. Resamples whose statistic is NaN (for instance a correlation of equal values) are left out.
 */
export function bootstrapInterval<T>(
  sample: readonly T[],
  statistic: (sample: readonly T[]) => number,
  { resamples, random, level = 0.95 }: BootstrapOptions,
): [low: number, high: number] {
  const values: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const value = statistic(sample.map(() => sample[random.int(sample.length)]));
    if (!Number.isNaN(value)) values.push(value);
  }
  if (values.length === 0) return [NaN, NaN];
  return [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)];
}
