import { spearman } from './correlation';

/** A correlation inside groups of equals. */
export interface WithinGroups {
  /** Mean of the groups' ρ, weighted by their members; NaN where no group can be ranked. */
  readonly spearman: number;
  /** Groups that can be ranked, and their members together. */
  readonly groups: number;
  readonly members: number;
}

const LEAST_MEMBERS = 3;

/**
 * Spearman's ρ of pairs that have the same group: what x says of y beyond the group. Groups of fewer than three, and
 * those where one side is constant, say nothing and are left out.
 */
export function spearmanWithin(groupOf: readonly number[], x: readonly number[], y: readonly number[]): WithinGroups {
  const members = new Map<number, number[]>();
  groupOf.forEach((group, i) => members.set(group, [...(members.get(group) ?? []), i]));
  const ranked = [...members.values()]
    .filter(({ length }) => length >= LEAST_MEMBERS)
    .map((of) => {
      const pick = (values: readonly number[]) => of.map((i) => values[i]);
      return { rho: spearman(pick(x), pick(y)), size: of.length };
    })
    .filter(({ rho }) => !Number.isNaN(rho));
  const total = ranked.reduce((sum, { size }) => sum + size, 0);
  const weighted = ranked.reduce((sum, { rho, size }) => sum + rho * size, 0);
  return { spearman: weighted / total, groups: ranked.length, members: total };
}
