/**
 * Ranks from 1 in ascending order; equal values share the mean of their ranks. Infinities rank at the ends.
 * @throws RangeError for NaN, which has no rank.
 */
export function ranks(values: readonly number[]): number[] {
  const bad = values.findIndex((value) => Number.isNaN(value));
  if (bad >= 0) throw new RangeError(`values[${bad}] is NaN: it has no rank`);
  const order = values.map((_, i) => i).sort((a, b) => (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0));
  const result = new Array<number>(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) result[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}
