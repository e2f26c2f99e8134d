import { Random, Stream } from '@gradsign/random';
import { kendall, spearman, spearmanInterval, spearmanWithin } from '@gradsign/statistics';

const RESAMPLES = 1000;

/** A proxy's rank correlations with trained accuracy. */
export interface Correlation {
  readonly proxy: string;
  readonly n: number;
  readonly spearman: number;
  /** Bootstrap interval of Spearman's ρ. */
  readonly spearmanCi95: readonly [number, number];
  readonly kendall: number;
  /** Spearman's ρ among architectures with equal numbers of live weights, and how many have equals. */
  readonly spearmanWithinLiveWeights: number;
  readonly withinMembers: number;
  readonly nanScores: number;
}

/** All proxies here mean higher is better; NaN ranks last. */
export function correlation(
  proxy: string,
  scores: readonly number[],
  accuracies: readonly number[],
  liveWeights: readonly number[],
): Correlation {
  const values = scores.map((value) => (Number.isNaN(value) ? -Infinity : value));
  const within = spearmanWithin(liveWeights, values, accuracies);
  const random = new Random(Stream.of(0, 'bootstrap', proxy));
  return {
    proxy,
    n: values.length,
    spearman: spearman(values, accuracies),
    spearmanCi95: spearmanInterval(values, accuracies, { resamples: RESAMPLES, random }),
    kendall: kendall(values, accuracies),
    spearmanWithinLiveWeights: within.spearman,
    withinMembers: within.members,
    nanScores: scores.filter(Number.isNaN).length,
  };
}
