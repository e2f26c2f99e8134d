import { algorithms } from '@gradsign/algorithms';
import { MutationOperator, type SearchSpec } from '@gradsign/contracts';
import type { Findings } from './findings';

const NAMES = {
  random: 'random',
  regularizedEvolution: 'rea',
  reinforce: 'reinforce',
  hyperband: 'hyperband',
  bohb: 'bohb',
  localSearch: 'local-search',
  zeroCost: 'zero-cost',
  paretoEvolution: 'pareto-rea',
} as const;

/** Name on the command line of a specification's algorithm without guidance. */
export function algorithmName(algorithm: NonNullable<SearchSpec['algorithm']>): string {
  return NAMES[algorithm.$case];
}

const SIZE = { min: 1, max: 10_000 };

/** Checks `spec.algorithm`, complete with defaults. */
export function checkAlgorithm({ algorithm, guidance }: SearchSpec, findings: Findings): void {
  if (!algorithm) {
    findings.add('spec.algorithm', 'an algorithm is required');
    return;
  }
  const name = algorithmName(algorithm);
  if (!algorithms.some(({ id }) => id === name)) {
    const has = algorithms.map(({ id }) => id).join(', ');
    findings.unimplemented(
      `spec.${snake(algorithm.$case)}`,
      `this version does not have the algorithm ${guidance ? 'g-' : ''}${name}; it has: ${has}`,
    );
    return;
  }
  if (algorithm.$case !== 'regularizedEvolution') return;
  const field = 'spec.regularized_evolution';
  const { populationSize, tournamentSize, mutation, initialPoolSize } = algorithm.value;
  findings.range(`${field}.population_size`, populationSize, SIZE);
  findings.range(`${field}.tournament_size`, tournamentSize, SIZE);
  findings.known(`${field}.mutation`, mutation, MutationOperator);
  if (initialPoolSize !== 0) {
    const sentence = `${initialPoolSize} is given; this version does not have assisted initial populations (a-rea)`;
    findings.unimplemented(`${field}.initial_pool_size`, sentence);
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
