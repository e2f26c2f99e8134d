/** One operator's part of what ONNX Runtime spent in nodes. */
export interface OperatorShare {
  readonly operator: string;
  /** Runs of its nodes. */
  readonly runs: number;
  readonly milliseconds: number;
  /** Of the time of all operators, 0 to 1. */
  readonly share: number;
}

/** An event of ONNX Runtime's profile, in Chrome's trace format; durations are microseconds. */
interface ProfileEvent {
  readonly cat: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/** Adds up the nodes of profiles by operator, the largest first. `profiles`: the texts of the files. */
export function operatorShares(profiles: readonly string[]): OperatorShare[] {
  const sums = new Map<string, { runs: number; microseconds: number }>();
  for (const profile of profiles) {
    for (const { cat, dur, args } of JSON.parse(profile) as ProfileEvent[]) {
      if (cat !== 'Node') continue;
      const { runs, microseconds } = sums.get(args!.op_name!) ?? { runs: 0, microseconds: 0 };
      sums.set(args!.op_name!, { runs: runs + 1, microseconds: microseconds + dur });
    }
  }
  const total = [...sums.values()].reduce((sum, { microseconds }) => sum + microseconds, 0);
  return [...sums]
    .map(([operator, { runs, microseconds }]) => ({
      operator,
      runs,
      milliseconds: microseconds / 1000,
      share: microseconds / total,
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
