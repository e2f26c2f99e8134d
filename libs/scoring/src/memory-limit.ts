import { totalmem } from 'node:os';

/** What the values of graphs may take of the memory; the rest is for the processes themselves and for others. */
const SHARE = 0.75;

/** Bytes that the values of a graph may take in each of so many workers: their share of the machine or container. */
export function defaultMemoryLimit(workers: number): number {
  // 0 or beyond the machine's memory where nothing constrains the process.
  const constrained = process.constrainedMemory() || Infinity;
  return Math.floor((SHARE * Math.min(totalmem(), constrained)) / Math.max(1, workers));
}
