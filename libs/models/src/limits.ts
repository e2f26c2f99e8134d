const MIB = 1024 * 1024;

/** Bounds of a model that somebody sends: whatever it says, it takes no more than this. */
export const MODEL_LIMITS = {
  /** Of the file. */
  bytes: 256 * MIB,
  /** That the file's messages take when they are decoded, estimated from above before they are. */
  decodedBytes: 768 * MIB,
  nodes: 20_000,
  /** Elements of all weights and other constants. */
  weights: 64 * MIB,
  /** Elements of one value, for one image. */
  elements: 64 * MIB,
  /** Axes of a value. */
  rank: 10,
  /** That a pass over a mini-batch takes, estimated (`passBytes`). */
  passBytes: 8 * 1024 * MIB,
} as const;
