/** Index of the best score: the first of the highest; NaN loses against everything. */
export function bestOf(scores: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) {
    if (scores[i] > scores[best] || (Number.isNaN(scores[best]) && !Number.isNaN(scores[i]))) best = i;
  }
  return best;
}

/**
 * One score a member from several proxies: the sum of its ranks, so that no proxy's scale decides. A single proxy's
 * values are left as they are.
 * @param values one array a proxy, higher is better
 */
export function combineScores(values: readonly (readonly number[])[]): number[] {
  if (values.length === 1) return [...values[0]];
  const [first] = values;
  return first.map((_, member) => values.reduce((sum, of) => sum + of.filter((value) => value < of[member]).length, 0));
}
