import { Random, Stream } from '@gradsign/random';
import { kendall, spearman, spearmanInterval, spearmanWithin } from '@gradsign/statistics';
import type { EvaluationOptions } from '../benchmark-settings';
import type { ProxyScores } from './scores';

const RESAMPLES = 1000;

/** A proxy's rank correlations with trained accuracy, as the command line prints them. */
export type CorrelationRow = ReturnType<typeof correlationRow>;

/**
 * @param liveWeights the architectures' numbers of weights that receive gradient: most of what many proxies see, so
 * that the interesting correlation is the one among equals
 */
export function correlationRow(
  options: EvaluationOptions,
  proxy: ProxyScores,
  accuracies: readonly number[],
  liveWeights: readonly number[],
) {
  // The direction is turned, so that a good proxy has a positive correlation. What is not a number ranks last.
  const turned = proxy.values.map((value) => (proxy.higherIsBetter ? value : -value));
  const values = turned.map((value) => (Number.isNaN(value) ? -Infinity : value));
  const random = new Random(Stream.of(0, 'bootstrap', proxy.label));
  const within = spearmanWithin(liveWeights, values, accuracies);
  return {
    benchmark: options.benchmark,
    dataset: options.dataset,
    trainingSet: options.trainingSet ?? 'full',
    split: options.split,
    proxy: proxy.label,
    n: values.length,
    spearman: spearman(values, accuracies),
    spearmanCi95: spearmanInterval(values, accuracies, { resamples: RESAMPLES, random }),
    kendall: kendall(values, accuracies),
    spearmanWithinLiveWeights: within.spearman,
    withinMembers: within.members,
    nanScores: turned.filter(Number.isNaN).length,
    secondsPerArchitecture: proxy.seconds.reduce((sum, seconds) => sum + seconds, 0) / values.length,
    seed: proxy.seed,
    scoreDataset: proxy.dataset,
  };
}
