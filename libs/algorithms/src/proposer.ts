/** How a candidate comes about. */
export type Origin =
  | { readonly kind: 'random'; readonly initial: boolean }
  /** One random change of an evaluated architecture. */
  | { readonly kind: 'mutation'; readonly parent: Member };

/** The origin of an architecture that came from outside: to be evaluated first, or evaluated before. */
export interface Given {
  readonly kind: 'given';
}

/** An architecture that has been evaluated. */
export interface Member {
  /** Id of the proposal that brought it; 0 where it was known from the start. */
  readonly id: number;
  readonly architecture: string;
  readonly reward: number;
}

/**
 * The part of an algorithm that decides where the next candidate comes from. It does not make the candidate: so one
 * wrapper can make a pool of them and let a proxy choose (`Strategy`).
 */
export interface Proposer {
  /** Undefined while results must be awaited. Random draws come from `random`, nothing else. */
  next(draw: { int(n: number): number }): Origin | undefined;
  /** A proposal's result; `reward` is undefined where its evaluation failed. */
  tell(result: {
    readonly id: number;
    readonly architecture: string;
    readonly origin: Origin | Given;
    readonly reward?: number;
  }): void;
  /** Plain JSON from which `restore` continues. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}
