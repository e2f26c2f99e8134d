import { Stream, type PathPart } from './stream';

/** The state of a {@link Random} as JSON. */
export interface RandomSnapshot {
  /** Decimal, because JSON numbers do not hold 64 bits. */
  readonly seed: string;
  readonly path: readonly PathPart[];
  /** Number of 32-bit words consumed. */
  readonly position: number;
}

/** A sequential generator: reads the words of a stream one after the other. */
export class Random {
  constructor(
    private readonly stream: Stream,
    private position = 0,
  ) {
    if (!Number.isSafeInteger(position) || position < 0) {
      throw new RangeError(`position ${position}: a position is an integer in [0, 2^53)`);
    }
  }

  /** Uniform in [0, 1) with 53 bits. */
  next(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /**
   * Uniform integer in [0, n), without bias (words from the incomplete last interval are drawn again).
   * @throws RangeError unless n is an integer in [1, 2³²].
   */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new RangeError(`int(${n}): the bound is an integer in [1, 2^32]`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n);
    let word = this.word();
    while (word >= limit) word = this.word();
    return word % n;
  }

  /** @throws RangeError for an empty array. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick([]): there is nothing to pick from');
    return items[this.int(items.length)];
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
    }
    return shuffled;
  }

  /** Standard normal (Box–Muller, the cosine branch). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  snapshot(): RandomSnapshot {
    return { seed: String(this.stream.seed), path: this.stream.path, position: this.position };
  }

  static restore({ seed, path, position }: RandomSnapshot): Random {
    return new Random(Stream.of(BigInt(seed), ...path), position);
  }

  private word(): number {
    return this.stream.uint32(this.position++);
  }
}
