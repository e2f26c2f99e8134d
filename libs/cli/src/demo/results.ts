import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrialState, type OracleApi, type Search, type Trial } from '@gradsign/contracts';
import { table, toCsv } from '@gradsign/report';
import { toJson } from '../output';
import { saveModel } from '../training';
import { percent } from './bars';

/** A search of the demonstration at its end. */
export interface DemoResult {
  readonly algorithm: string;
  readonly search: Search;
  readonly trials: readonly Trial[];
  /** From its creation to its end. */
  readonly seconds: number;
}

/** Writes trials, summary and the best network as ONNX into the folder; returns what a reader should know. */
export async function writeResults(oracle: OracleApi, folder: string, results: readonly DemoResult[]): Promise<string> {
  const rows = results.flatMap(({ algorithm, trials }) => trials.map((trial) => trialRow(algorithm, trial)));
  writeFileSync(join(folder, 'trials.csv'), toCsv(rows));
  const summary = results.map(summaryOf);
  writeFileSync(join(folder, 'summary.json'), `${summary.map(toJson).join('\n')}\n`);
  const best = results.map(({ search }) => search.bestTrial!).sort((a, b) => b.reward! - a.reward!)[0];
  const { training } = await oracle.getTraining({ name: best.training });
  await saveModel(oracle, training!, join(folder, 'best.onnx'));
  const lines = results.map(({ algorithm, search: { bestTrial } }) => ({
    search: algorithm,
    'best network': bestTrial!.architecture,
    validation: percent(bestTrial!.reward),
    test: percent(bestTrial!.testAccuracy),
    weights: String(bestTrial!.params),
  }));
  return [table(lines), '', ...results.map(sentence), '', whereabouts(folder)].join('\n');
}

function trialRow(algorithm: string, trial: Trial) {
  return {
    algorithm,
    trial: trial.number,
    architecture: trial.architecture,
    validation: trial.reward ?? '',
    test: trial.testAccuracy ?? '',
    seconds: trial.evaluationSeconds,
    pool: trial.pool.length,
    parent: trial.parent || '',
    weights: Number(trial.params),
  };
}

function summaryOf({ algorithm, search, trials, seconds }: DemoResult) {
  const { architecture, reward, testAccuracy } = search.bestTrial!;
  return {
    algorithm,
    trials: trials.length,
    guided: trials.filter(({ pool }) => pool.length > 0).length,
    seconds,
    trainingSeconds: sum(trials, (trial) => trial.evaluationSeconds),
    scoredArchitectures: search.scoredArchitectures,
    scoringSeconds: search.scoringSeconds,
    best: { architecture, validation: reward, test: testAccuracy },
  };
}

function sentence(result: DemoResult): string {
  const { algorithm, trials, seconds, guided, trainingSeconds, ...scored } = summaryOf(result);
  const trained = `${algorithm} trained ${trials} networks in ${seconds.toFixed(0)} s`;
  if (guided === 0) return `${trained}.`;
  const each = scored.scoringSeconds / Number(scored.scoredArchitectures);
  const training = trainingSeconds / trials;
  return (
    `${trained}; GradSign chose ${guided} of them, each from 10 mutants, by scoring ` +
    `${scored.scoredArchitectures} untrained networks in ${scored.scoringSeconds.toFixed(0)} s: ` +
    `${each.toFixed(2)} s for each, where training takes ${training.toFixed(1)} s.`
  );
}

function whereabouts(folder: string): string {
  return [
    `The best network, trained:  ${join(folder, 'best.onnx')}`,
    `All trained networks:       ${join(folder, 'trials.csv')}`,
    'One run of twenty networks proves nothing; `gradsign search run --runs` and `gradsign correlate` measure.',
  ].join('\n');
}

function sum(trials: readonly Trial[], of: (trial: Trial) => number): number {
  return trials.reduce((total, trial) => total + of(trial), 0);
}

/** Whether a trial has ended with a reward. */
export function succeeded({ state }: Trial): boolean {
  return state === TrialState.TRIAL_STATE_SUCCEEDED;
}
