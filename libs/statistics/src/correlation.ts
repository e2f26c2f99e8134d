import { ranks } from './rank';

/** Pearson's correlation coefficient; NaN where one side is constant or there are fewer than two pairs. */
export function pearson(x: readonly number[], y: readonly number[]): number {
  checkPairs(x, y);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i] - mx, y[i] - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? NaN : xy / Math.sqrt(xx * yy);
}

/** Spearman's ρ: Pearson's coefficient of the ranks, ties sharing their mean rank. Infinities are allowed, NaN is not. */
export function spearman(x: readonly number[], y: readonly number[]): number {
  checkPairs(x, y);
  return pearson(ranks(x), ranks(y));
}

/**
 * Kendall's τ-b, in O(n log n) (Knight, "A Computer Method for Calculating Kendall's Tau with Ungrouped Data", 1966).
 * NaN where one side is constant.
 */
export function kendall(x: readonly number[], y: readonly number[]): number {
  checkPairs(x, y);
  const [rx, ry] = [ranks(x), ranks(y)];
  const order = rx.map((_, i) => i).sort((a, b) => rx[a] - rx[b] || ry[a] - ry[b]);
  const pairs = (n: number) => (n * (n - 1)) / 2;
  const tiedPairs = (equal: (a: number, b: number) => boolean, sorted: readonly number[]) => {
    let total = 0;
    let run = 1;
    for (let i = 1; i <= sorted.length; i++) {
      if (i < sorted.length && equal(sorted[i - 1], sorted[i])) run++;
      else {
        total += pairs(run);
        run = 1;
      }
    }
    return total;
  };
  const tiedX = tiedPairs((a, b) => rx[a] === rx[b], order);
  const tiedBoth = tiedPairs((a, b) => rx[a] === rx[b] && ry[a] === ry[b], order);
  const byY = rx.map((_, i) => i).sort((a, b) => ry[a] - ry[b]);
  const tiedY = tiedPairs((a, b) => ry[a] === ry[b], byY);
  const discordant = inversions(order.map((i) => ry[i]));
  const all = pairs(x.length);
  const difference = all - tiedX - tiedY + tiedBoth - 2 * discordant;
  const scale = Math.sqrt((all - tiedX) * (all - tiedY));
  return scale === 0 ? NaN : difference / scale;
}

/** Pairs i < j with values[i] > values[j], counted by merging. */
function inversions(values: number[]): number {
  if (values.length < 2) return 0;
  const middle = values.length >> 1;
  const [left, right] = [values.slice(0, middle), values.slice(middle)];
  let count = inversions(left) + inversions(right);
  for (let i = 0, l = 0, r = 0; i < values.length; i++) {
    if (r >= right.length || (l < left.length && left[l] <= right[r])) values[i] = left[l++];
    else {
      count += left.length - l;
      values[i] = right[r++];
    }
  }
  return count;
}

function checkPairs(x: readonly number[], y: readonly number[]): void {
  if (x.length !== y.length) throw new RangeError(`x has ${x.length} values and y has ${y.length}: pairs are needed`);
}
