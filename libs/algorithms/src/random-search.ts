import type { Origin, Proposer } from './proposer';

/** Random search: every candidate is drawn from the space's own distribution. */
export class RandomSearch implements Proposer {
  next(): Origin {
    return { kind: 'random', initial: false };
  }

  tell(): void {}

  snapshot(): unknown {
    return null;
  }

  restore(): void {}
}
