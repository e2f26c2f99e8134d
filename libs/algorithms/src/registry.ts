import type { Proposer } from './proposer';
import { RandomSearch } from './random-search';
import { RegularizedEvolution } from './regularized-evolution';

/** An algorithm by its name on the command line. `g-X` is X with proxy guidance. */
export interface AlgorithmInfo {
  readonly id: string;
  readonly description: string;
  readonly guided: boolean;
}

/** The proposers by name. A new algorithm is one file and one entry here; its guided form comes with it. */
const proposers: Readonly<Record<string, { description: string; create(options: AlgorithmOptions): Proposer }>> = {
  random: { description: 'uniform random architectures', create: () => new RandomSearch() },
  rea: {
    description: 'regularised (aging) evolution',
    create: ({ populationSize, tournamentSize }) => new RegularizedEvolution({ populationSize, tournamentSize }),
  },
};

/** Options of all algorithms; each uses its own. */
export interface AlgorithmOptions {
  readonly populationSize: number;
  readonly tournamentSize: number;
}

/** The published settings: population 10, tournaments of 3, pools of 10. */
export const ALGORITHM_DEFAULTS = { populationSize: 10, tournamentSize: 3, poolSize: 10 } as const;

/** @throws RangeError for an unknown name. */
export function createProposer(name: string, options: AlgorithmOptions): Proposer {
  if (!Object.hasOwn(proposers, name)) {
    throw new RangeError(`algorithm "${name}" is unknown; known: ${Object.keys(proposers).join(', ')}`);
  }
  return proposers[name].create(options);
}

/** Every algorithm, plain and guided. */
export const algorithms: readonly AlgorithmInfo[] = Object.entries(proposers).flatMap(([id, { description }]) => [
  { id, description, guided: false },
  { id: `g-${id}`, description: `${description}, each candidate the best-scored of a pool`, guided: true },
]);
