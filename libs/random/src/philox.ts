// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { imul } = Math;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3" (SC 2011): a keyed bijection of 128-bit counters whose outputs pass BigCrush.
 *
 * Writes the four 32-bit words of the block with counter (c0, c1, c2, c3), c0 least significant, under the key
 * (k0, k1) to `out`, from `offset`. All other arguments are taken modulo 2³².
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
  offset = 0,
): void {
  for (let round = 0; round < 10; round++) {
    // The high halves of two 32×32-bit products, from 16-bit limbs: JavaScript has no 64-bit multiplication. The
    // partial sums fit in 32 bits because (2¹⁶−1)² + 2¹⁶ − 1 < 2³².
    const a0 = c0 & 0xffff;
    const a1 = c0 >>> 16;
    const aMiddle = (imul(a1, M0_LOW) + (imul(a0, M0_LOW) >>> 16)) | 0;
    const aCarry = (imul(a0, M0_HIGH) + (aMiddle & 0xffff)) | 0;
    const aHigh = (imul(a1, M0_HIGH) + (aMiddle >>> 16) + (aCarry >>> 16)) | 0;

    const b0 = c2 & 0xffff;
    const b1 = c2 >>> 16;
    const bMiddle = (imul(b1, M1_LOW) + (imul(b0, M1_LOW) >>> 16)) | 0;
    const bCarry = (imul(b0, M1_HIGH) + (bMiddle & 0xffff)) | 0;
    const bHigh = (imul(b1, M1_HIGH) + (bMiddle >>> 16) + (bCarry >>> 16)) | 0;

    const aLow = imul(c0, M0);
    c0 = bHigh ^ c1 ^ k0;
    c1 = imul(c2, M1);
    c2 = aHigh ^ c3 ^ k1;
    c3 = aLow;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
}

const M0 = 0xd2511f53;
const M0_LOW = M0 & 0xffff;
const M0_HIGH = M0 >>> 16;
const M1 = 0xcd9e8d57;
const M1_LOW = M1 & 0xffff;
const M1_HIGH = M1 >>> 16;
/** Weyl increments of the key schedule: the golden ratio and √3 − 1. */
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
