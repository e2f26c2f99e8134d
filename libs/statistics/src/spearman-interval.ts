import { bootstrapInterval, type BootstrapOptions } from './bootstrap';
import { ranks } from './rank';

/**
 * The bootstrap interval of Spearman's ρ: what `bootstrapInterval` gives for the pairs, but the pairs are sorted only
 * once, so that a resample takes linear time (a whole benchmark has tens of thousands of pairs).
 * @throws RangeError for lengths that differ and for NaN.
 */
export function spearmanInterval(
  x: readonly number[],
  y: readonly number[],
  options: BootstrapOptions,
): [low: number, high: number] {
  if (x.length !== y.length) throw new RangeError(`x has ${x.length} values and y has ${y.length}: pairs are needed`);
  const n = x.length;
  const classes = [tieClasses(x), tieClasses(y)] as const;
  const counts = classes.map((classOf) => new Float64Array(new Set(classOf).size));
  const rho = (sample: readonly number[]) => {
    const [rankX, rankY] = classes.map((classOf, side) => rankByClass(sample, classOf, counts[side]));
    const mean = (n + 1) / 2;
    let [xy, xx, yy] = [0, 0, 0];
    for (const pair of sample) {
      const dx = rankX[classes[0][pair]] - mean;
      const dy = rankY[classes[1][pair]] - mean;
      xy += dx * dy;
      xx += dx * dx;
      yy += dy * dy;
    }
    return xx === 0 || yy === 0 ? NaN : xy / Math.sqrt(xx * yy);
  };
  return bootstrapInterval([...x.keys()], rho, options);
}

/** The ordinal of each value among the distinct values, from 0. */
function tieClasses(values: readonly number[]): number[] {
  const rankOf = ranks(values);
  const distinct = [...new Set(rankOf)].sort((a, b) => a - b);
  const ordinal = new Map(distinct.map((rank, i) => [rank, i]));
  return rankOf.map((rank) => ordinal.get(rank)!);
}

/** The mean rank that each class has in the sample, written to `result`. */
function rankByClass(sample: readonly number[], classOf: readonly number[], result: Float64Array): Float64Array {
  result.fill(0);
  for (const pair of sample) result[classOf[pair]]++;
  let below = 0;
  for (let i = 0; i < result.length; i++) {
    const count = result[i];
    result[i] = below + (count + 1) / 2;
    below += count;
  }
  return result;
}
