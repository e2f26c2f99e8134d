import { createHash } from 'node:crypto';
import { philox4x32 } from './philox';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { ceil, cos, floor, log, min, sin, sqrt } = Math;

/** One step of a stream's path. The number 3 and the string '3' are different steps. */
export type PathPart = string | number;

/** A typed array that streams can fill. */
export type FloatArray = Float32Array | Float64Array;

/**
 * An infinite, randomly accessible sequence of random numbers that is named by a seed and a path. A value is a
 * function of (seed, path, index) and of nothing else: it does not depend on the order of calls, on the process, or
 * on how many other values are drawn.
 *
 * The generator is Philox4x32-10. SHA-256 of an injective encoding of (seed, path) gives the key (64 bits) and the
 * upper half of the counter (64 bits); the lower half counts blocks of four 32-bit words. `uint32`, `uniform` and
 * `normal` read the same words: use one of them, or children, where independent values are needed.
 */
export class Stream {
  private readonly key: Readonly<Uint32Array>;
  private readonly block = new Uint32Array(4);
  private blockIndex = -1;

  private constructor(
    readonly seed: bigint,
    readonly path: readonly PathPart[],
  ) {
    const digest = createHash('sha256').update(encode(seed, path)).digest();
    this.key = Uint32Array.from([0, 4, 8, 12], (offset) => digest.readUInt32LE(offset));
  }

  /** @throws RangeError for a seed that is not an integer or is a number above 2⁵³, and for a path part that is not finite. */
  static of(seed: number | bigint, ...path: PathPart[]): Stream {
    if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
      throw new RangeError(`seed ${seed}: a seed is an integer; above 2^53 it is written as a bigint`);
    }
    const bad = path.find((part) => typeof part === 'number' && !Number.isFinite(part));
    if (bad !== undefined) throw new RangeError(`path part ${bad}: a numeric path part is a finite number`);
    return new Stream(BigInt(seed), path);
  }

  /** The stream with the same seed and a longer path: `of(s, 'a').child('b')` equals `of(s, 'a', 'b')`. */
  child(...path: PathPart[]): Stream {
    return Stream.of(this.seed, ...this.path, ...path);
  }

  /** The 32-bit word at `index` ∈ [0, 2⁵³). */
  uint32(index: number): number {
    this.load(floor(index / 4));
    return this.block[index % 4];
  }

  /** Uniform in [0, 1), a multiple of 2⁻³². */
  uniform(index: number): number {
    return this.uint32(index) * TWO_POW_MINUS_32;
  }

  /** Standard normal (Box–Muller over the words 2⌊index/2⌋ and 2⌊index/2⌋ + 1); magnitude below 6.7. */
  normal(index: number): number {
    this.load(floor(index / 4));
    const first = (index % 4) & 2;
    const radius = gaussianRadius(this.block[first]);
    const angle = this.block[first + 1] * ANGLE;
    return index % 2 === 0 ? radius * cos(angle) : radius * sin(angle);
  }

  /**
   * Writes `low + (high − low)·uniform(i)` to every `out[i]`. In a Float32Array the largest values may round to
   * `high`.
   */
  fillUniform(out: FloatArray, low: number, high: number): void {
    const scale = (high - low) * TWO_POW_MINUS_32;
    this.forWords(out.length, (words, start, end) => {
      for (let i = start; i < end; i++) out[i] = low + scale * words[i - start];
    });
  }

  /** Writes `mean + std·normal(i)` to every `out[i]`. */
  fillNormal(out: FloatArray, mean: number, std: number): void {
    this.forWords(out.length, (words, start, end) => {
      for (let i = start; i < end; i += 2) {
        const radius = std * gaussianRadius(words[i - start]);
        const angle = words[i - start + 1] * ANGLE;
        out[i] = mean + radius * cos(angle);
        if (i + 1 < end) out[i + 1] = mean + radius * sin(angle);
      }
    });
  }

  /** Visits the words [0, length) in runs [start, end) that begin at multiples of four. */
  private forWords(length: number, visit: (words: Uint32Array, start: number, end: number) => void): void {
    const words = new Uint32Array(min(RUN, ceil(length / 4) * 4));
    const [k0, k1, nonce0, nonce1] = this.key;
    // Typed arrays are shorter than 2³⁴ elements, so the block counter stays in its lowest word.
    for (let start = 0, block = 0; start < length; start += RUN) {
      const end = min(start + RUN, length);
      for (let i = 0; i < end - start; i += 4) philox4x32(block++, 0, nonce0, nonce1, k0, k1, words, i);
      visit(words, start, end);
    }
  }

  /** Brings `this.block` to the given block; a cache, so that runs of indices cost one generation per four words. */
  private load(index: number): void {
    if (index === this.blockIndex) return;
    const { key } = this;
    philox4x32(index, index / 2 ** 32, key[2], key[3], key[0], key[1], this.block);
    this.blockIndex = index;
  }
}

/** Words generated at a time by fills: a buffer that stays in the first-level cache. */
const RUN = 4096;
const TWO_POW_MINUS_32 = 2 ** -32;
const ANGLE = 2 * Math.PI * TWO_POW_MINUS_32;

/** √(−2 ln u) for u = (word + 1)·2⁻³² ∈ (0, 1]. */
function gaussianRadius(word: number): number {
  return sqrt(-2 * log((word + 1) * TWO_POW_MINUS_32));
}

/** JSON keeps strings and numbers apart and escapes separators, so that no two (seed, path) share an encoding. */
function encode(seed: bigint, path: readonly PathPart[]): string {
  return JSON.stringify([String(seed), ...path]);
}
