import type { Bar } from './bar';
import { correlateNb201 } from './bars/correlate-nb201';
import { determinism } from './bars/determinism';
import { oracleStart } from './bars/oracle-start';
import { pytorchEquality } from './bars/pytorch-equality';
import { scoreTable } from './bars/score-table';
import { scorerThroughput } from './bars/scorer-throughput';

/** Every bar, by name. */
export const bars: ReadonlyMap<string, Bar> = new Map(
  [pytorchEquality, correlateNb201, scorerThroughput, oracleStart, determinism, scoreTable].map((bar) => [
    bar.name,
    bar,
  ]),
);
