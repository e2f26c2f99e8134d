import type { Given, Member, Origin, Proposer } from './proposer';

export interface EvolutionOptions {
  readonly populationSize: number;
  /** Members that compete to be the parent, drawn with replacement. */
  readonly tournamentSize: number;
}

interface State {
  population: Member[];
  /** Members of the initial population: random architectures that have not failed, given ones that have succeeded. */
  initial: number;
}

/**
 * Regularised (aging) evolution: after an initial population of random architectures, each candidate is a mutation of
 * the best of a random tournament; the youngest enters the population and the oldest leaves, whatever their rewards.
 *
 * Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019.
 */
export class RegularizedEvolution implements Proposer {
  private state: State = { population: [], initial: 0 };

  constructor(private readonly options: EvolutionOptions) {}

  next(draw: { int(n: number): number }): Origin | undefined {
    const { population } = this.state;
    if (this.state.initial < this.options.populationSize) {
      this.state.initial++;
      return { kind: 'random', initial: true };
    }
    if (population.length === 0) return undefined;
    let parent = population[draw.int(population.length)];
    for (let i = 1; i < this.options.tournamentSize; i++) {
      const rival = population[draw.int(population.length)];
      if (rival.reward > parent.reward) parent = rival;
    }
    return { kind: 'mutation', parent };
  }

  tell(result: { id: number; architecture: string; origin: Origin | Given; reward?: number }): void {
    const { id, architecture, origin, reward } = result;
    if (reward === undefined) {
      // A failed initial architecture is drawn anew; a failed child changes nothing.
      if (origin.kind === 'random' && origin.initial) this.state.initial--;
      return;
    }
    if (origin.kind === 'given') this.state.initial++;
    this.state.population.push({ id, architecture, reward });
    if (this.state.population.length > this.options.populationSize) this.state.population.shift();
  }

  snapshot(): unknown {
    return structuredClone(this.state);
  }

  restore(snapshot: unknown): void {
    this.state = structuredClone(snapshot as State);
  }
}
