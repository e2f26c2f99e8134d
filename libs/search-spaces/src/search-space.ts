import type { Network } from '@gradsign/network';
import type { Random } from '@gradsign/random';

/** How a mutation picks the place that it changes; see each space's `mutate`. */
export type MutationOperator = 'published' | 'uniform';

/** What a network needs beside its architecture. */
export interface NetworkOptions {
  /** Channels, height, width of one image. */
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  /**
   * Absent: the network that zero-cost proxies score. `published`: with the deviations of GradSign's published code.
   * `trained`: as the benchmark trained it.
   */
  readonly variant?: 'published' | 'trained';
  /** Channels of the first stage; default: the space's own. */
  readonly channels?: number;
  /** Cells in each stage; default: the space's own. */
  readonly cellsPerStage?: number;
}

/** One categorical decision of an architecture. */
export interface Choice {
  readonly name: string;
  readonly options: readonly string[];
}

/** An architecture as a fixed-length vector of categorical decisions: what policies and density models work on. */
export interface CategoricalEncoding<A> {
  readonly choices: readonly Choice[];
  /**
   * The index of the option taken, one a choice.
   * @throws RangeError for an architecture that cannot be sampled (an NDS network of another width), which has none.
   */
  encode(architecture: A): number[];
  /** @throws RangeError when the vector's length or one of its entries does not fit `choices`. */
  decode(indices: readonly number[]): A;
}

/** A set of architectures with its notation, its moves and its networks. `A` is immutable and JSON-serialisable. */
export interface SearchSpace<A = unknown> {
  /** The name that requests use, for instance `nas-bench-201`. */
  readonly name: string;
  /** @throws ArchitectureSyntaxError pointing at the first character that breaks a rule. */
  parse(text: string): A;
  /** The published notation; `parse(format(a))` is `a`. */
  format(architecture: A): string;
  /** A random architecture; the distribution is the space's own (uniform over strings where they can be counted). */
  sample(random: Random): A;
  /** A copy with one random change; never the architecture itself. */
  mutate(architecture: A, random: Random, operator: MutationOperator): A;
  /** Every architecture that one `mutate` can reach, in a fixed order. */
  neighbours(architecture: A): A[];
  /** Number of architectures, where it is known. */
  readonly size?: number;
  /** All architectures; in the benchmark's published order where there is one. */
  enumerate?(): Iterable<A>;
  /** Present where every architecture that is sampled is a vector of the same categorical decisions. */
  readonly encoding?: CategoricalEncoding<A>;
  /**
   * Names accepted by `canonical`. Two architectures of one `live` class (where a space has that form) have networks
   * that are the same once pruned, with the same initial weights.
   */
  readonly canonicalForms: readonly string[];
  /**
   * A string that is equal for architectures of the same class.
   * @throws RangeError when `form` is not one of `canonicalForms`.
   */
  canonical(architecture: A, form: string): string;
  /** @throws NetworkOptionError naming the option, its value and the rule. */
  network(architecture: A, options: NetworkOptions): Network;
}
