import { Random, Stream, type RandomSnapshot } from '@gradsign/random';
import type { MutationOperator, SearchSpace } from '@gradsign/search-spaces';
import { bestOf } from './guidance';
import type { Given, Origin, Proposer } from './proposer';

/** A member of a pool and its score. */
export interface ScoredCandidate {
  readonly architecture: string;
  readonly score: number;
}

/** What a strategy wants next. */
export type Step =
  /** Scores of these architectures; answer with `tellScores`. */
  | { readonly kind: 'score'; readonly pool: readonly string[] }
  /** The reward of this architecture; answer with `tell`. */
  | { readonly kind: 'evaluate'; readonly proposal: Proposal }
  /** Nothing until a result is told. */
  | { readonly kind: 'wait' };

/** An architecture to be evaluated. */
export interface Proposal {
  /** 1 is the first. */
  readonly id: number;
  readonly architecture: string;
  /** Id of the proposal that it was mutated from; 0 where that was known from the start. */
  readonly parent?: number;
  /** The pool that it was chosen from, where it was guided. */
  readonly pool?: readonly ScoredCandidate[];
}

/** Proxy guidance: a candidate is the best-scored of a pool from the same origin. */
export interface GuidanceOptions {
  readonly poolSize: number;
  /** Whether initial populations are guided too; the published code leaves them to chance. */
  readonly guideInitial: boolean;
}

export interface StrategyOptions {
  readonly space: SearchSpace;
  readonly proposer: Proposer;
  /** Absent: the plain algorithm. */
  readonly guidance?: GuidanceOptions;
  readonly mutation: MutationOperator;
  readonly seed: number | bigint;
  /** Architectures that are proposed first, as they are, in this order. Default: none. */
  readonly first?: readonly string[];
  /** Results from elsewhere that the algorithm knows from the start, oldest first. Default: none. */
  readonly known?: readonly { readonly architecture: string; readonly reward: number }[];
}

interface Outstanding {
  readonly id: number;
  readonly architecture: string;
  readonly origin: Origin | Given;
}

/** All that a strategy knows, as plain JSON. */
export interface StrategySnapshot {
  readonly random: RandomSnapshot;
  readonly proposer: unknown;
  readonly nextId: number;
  /** How many of the architectures to come first have been proposed. */
  readonly given: number;
  readonly outstanding: readonly Outstanding[];
  /** The pool whose scores are awaited. */
  readonly pending?: { readonly origin: Origin; readonly pool: readonly string[] };
}

/**
 * A NAS algorithm as a pure object: ask, do what it asks for, tell. It has no clock, no files and no network; what it
 * does is a function of its options, its seed and what it was told, in that order. Several proposals may be
 * outstanding at once.
 */
export class Strategy {
  private random: Random;
  private nextId = 1;
  private given = 0;
  private outstanding = new Map<number, Outstanding>();
  private pending: StrategySnapshot['pending'];

  constructor(private readonly options: StrategyOptions) {
    this.random = new Random(Stream.of(options.seed, 'strategy'));
    for (const result of options.known ?? []) options.proposer.tell({ id: 0, origin: { kind: 'given' }, ...result });
  }

  /** The next step. The same pool is asked for until its scores are told. */
  ask(): Step {
    const { proposer, guidance, first = [] } = this.options;
    if (this.given < first.length) return this.propose({ kind: 'given' }, first[this.given++]);
    if (this.pending) return { kind: 'score', pool: this.pending.pool };
    const origin = proposer.next(this.random);
    if (!origin) return { kind: 'wait' };
    const guided = guidance && (guidance.guideInitial || !(origin.kind === 'random' && origin.initial));
    if (!guided) return this.propose(origin, this.candidate(origin));
    this.pending = { origin, pool: Array.from({ length: guidance.poolSize }, () => this.candidate(origin)) };
    return { kind: 'score', pool: this.pending.pool };
  }

  /**
   * Scores of the pool that was asked for, higher is better; the first of the best becomes the proposal.
   * @throws RangeError when no pool is awaited or the numbers do not fit it.
   */
  tellScores(scores: readonly number[]): Extract<Step, { kind: 'evaluate' }> {
    const { pending } = this;
    if (!pending) throw new RangeError('scores are told, but none are awaited');
    if (scores.length !== pending.pool.length) {
      throw new RangeError(`${scores.length} scores are told for a pool of ${pending.pool.length}`);
    }
    this.pending = undefined;
    const pool = pending.pool.map((architecture, i) => ({ architecture, score: scores[i] }));
    return this.propose(pending.origin, pool[bestOf(scores)].architecture, pool);
  }

  /** A proposal's reward, undefined where its evaluation failed. @throws RangeError when it is not outstanding. */
  tell(id: number, reward: number | undefined): void {
    const known = this.outstanding.get(id);
    if (!known) throw new RangeError(`proposal ${id} is not outstanding`);
    this.outstanding.delete(id);
    this.options.proposer.tell({ ...known, reward });
  }

  snapshot(): StrategySnapshot {
    return structuredClone({
      random: this.random.snapshot(),
      proposer: this.options.proposer.snapshot(),
      nextId: this.nextId,
      given: this.given,
      outstanding: [...this.outstanding.values()],
      pending: this.pending,
    });
  }

  /** A strategy that goes on where the snapshot was taken; the options must be those of the original. */
  static restore(options: StrategyOptions, snapshot: StrategySnapshot): Strategy {
    const strategy = new Strategy(options);
    options.proposer.restore(snapshot.proposer);
    strategy.random = Random.restore(snapshot.random);
    strategy.nextId = snapshot.nextId;
    strategy.given = snapshot.given;
    strategy.outstanding = new Map(snapshot.outstanding.map((o) => [o.id, o]));
    strategy.pending = snapshot.pending;
    return strategy;
  }

  private propose(
    origin: Origin | Given,
    architecture: string,
    pool?: readonly ScoredCandidate[],
  ): Extract<Step, { kind: 'evaluate' }> {
    const id = this.nextId++;
    this.outstanding.set(id, { id, architecture, origin });
    const parent = origin.kind === 'mutation' ? origin.parent.id : undefined;
    return {
      kind: 'evaluate',
      proposal: { id, architecture, ...(parent !== undefined && { parent }), ...(pool && { pool }) },
    };
  }

  private candidate(origin: Origin): string {
    const { space, mutation } = this.options;
    const architecture =
      origin.kind === 'random'
        ? space.sample(this.random)
        : space.mutate(space.parse(origin.parent.architecture), this.random, mutation);
    return space.format(architecture);
  }
}
