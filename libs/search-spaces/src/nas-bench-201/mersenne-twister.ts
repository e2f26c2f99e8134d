const N = 624;
const M = 397;

/**
 * MT19937 with Python's seeding (`random.seed(n)`, 0 ≤ n < 2³²) and Python's `shuffle`. It is here only because the
 * published order of NAS-Bench-201 is a shuffle by that generator; everything else draws from `@gradsign/random`.
 * Matsumoto and Nishimura 1998, reference code of 2002.
 */
export class MersenneTwister {
  private readonly state = new Uint32Array(N);
  private next = N;

  constructor(seed: number) {
    const s = this.state;
    s[0] = 19650218;
    for (let i = 1; i < N; i++) {
      s[i] = Math.imul(1812433253, s[i - 1] ^ (s[i - 1] >>> 30)) + i;
    }
    let i = 1;
    const step = (multiplier: number, add: number) => {
      s[i] = (s[i] ^ Math.imul(s[i - 1] ^ (s[i - 1] >>> 30), multiplier)) + add;
      if (++i === N) {
        s[0] = s[N - 1];
        i = 1;
      }
    };
    // The reference seeds by an array of words; the seed here is one word.
    for (let k = 0; k < N; k++) {
      step(1664525, seed);
    }
    for (let k = 0; k < N - 1; k++) {
      step(1566083941, -i);
    }
    s[0] = 0x80000000;
  }

  /** Uniform over 0 … 2³² − 1. */
  uint32(): number {
    if (this.next === N) {
      this.twist();
    }
    let y = this.state[this.next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform over 0 … n − 1, by rejection on as many leading bits as n has. */
  below(n: number): number {
    const shift = Math.clz32(n);
    for (;;) {
      const value = this.uint32() >>> shift;
      if (value < n) {
        return value;
      }
    }
  }

  /** Shuffles in place, from the last element down. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }

  private twist(): void {
    const s = this.state;
    for (let i = 0; i < N; i++) {
      const y = (s[i] & 0x80000000) | (s[(i + 1) % N] & 0x7fffffff);
      s[i] = s[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}
