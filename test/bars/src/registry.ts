import type { Bar } from './bar';
import { correlateNb201 } from './bars/correlate-nb201';
import { determinism } from './bars/determinism';
import { exact } from './bars/exact';
import { oracleStart } from './bars/oracle-start';
import { pytorchEquality } from './bars/pytorch-equality';
import { scorerThroughput } from './bars/scorer-throughput';

/** Every bar, by name. */
export const bars: ReadonlyMap<string, Bar> = new Map(
  [pytorchEquality, correlateNb201, scorerThroughput, oracleStart, determinism, exact].map((bar) => [bar.name, bar]),
);
