import { ranks } from '@gradsign/statistics';

/** Components of the members of a population, a row a member. */
export type Members = readonly (readonly number[])[];

/**
 * Ranks of a population's members in one component, from 1 for the lowest value; equal values share the mean of their
 * ranks, and NaN counts as −∞.
 */
export function memberRanks(values: readonly number[]): number[] {
  return ranks(values.map((value) => (Number.isNaN(value) ? -Infinity : value)));
}

/** Σ over the components of the member's rank: TE-NAS, of (−κ, number of linear regions). */
export function rankSums(members: Members): number[] {
  return combineRanks(members, (rank) => rank);
}

/**
 * Σ over the components of log(rank / N): AZ-NAS. 0 for a member that is the best, alone, in every component, and for
 * the only member of a population.
 */
export function logRankSums(members: Members): number[] {
  return combineRanks(members, (rank, size) => Math.log(rank / size));
}

function combineRanks(members: Members, f: (rank: number, size: number) => number): number[] {
  const sums = members.map(() => 0);
  const components = members[0]?.length ?? 0;
  for (let component = 0; component < components; component++) {
    const ranked = memberRanks(members.map((member) => member[component]));
    ranked.forEach((rank, i) => (sums[i] += f(rank, members.length)));
  }
  return sums;
}
