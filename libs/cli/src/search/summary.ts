import { Profile, type Search } from '@gradsign/contracts';
import { summarize } from '@gradsign/statistics';
import type { Row } from '../output';
import type { Final } from './final';
import { stateName } from './follow';

/** A search as the command line prints it at its end. */
export function searchRow(algorithm: string, search: Search, final: Final): Row {
  const { spec, bestTrial, trialCounts } = search;
  const simulated = spec!.evaluation?.$case === 'benchmark';
  return {
    search: search.name,
    state: stateName(search.state),
    algorithm,
    seed: spec!.seed,
    profile: spec!.profile === Profile.PROFILE_PAPER ? 'paper' : 'fair',
    trials: trialCounts!.succeeded,
    [simulated ? 'simulatedSeconds' : 'seconds']: search.spentSeconds,
    scoredArchitectures: search.scoredArchitectures,
    scoringSeconds: search.scoringSeconds,
    best: bestTrial && { architecture: bestTrial.architecture, reward: bestTrial.reward, trial: bestTrial.number },
    final,
  };
}

/** Mean, sample standard deviation and 95 % interval of the final accuracies of several runs. */
export function runsRow(algorithm: string, profile: string, finals: readonly Final[]): Row {
  const datasets = [...new Set(finals.flatMap((final) => Object.keys(final)))];
  const of = (dataset: string, split: 'valid' | 'test') => {
    const values = finals.map((final) => final[dataset]?.[split]).filter((value) => typeof value === 'number');
    return values.length === 0 ? null : summary(values);
  };
  const final = datasets.map((name) => [name, { valid: of(name, 'valid'), test: of(name, 'test') }]);
  return { algorithm, profile, runs: finals.length, final: Object.fromEntries(final) };
}

function summary(values: readonly number[]) {
  const { mean, std, ci95 } = summarize(values);
  return { mean, std, ci95 };
}
