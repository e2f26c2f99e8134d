import type { Bar } from './bar';
import { asPublished } from './bars/as-published';
import { correlateNb201 } from './bars/correlate-nb201';
import { determinism } from './bars/determinism';
import { exact } from './bars/exact';
import { float32Rank } from './bars/float32-rank';
import { memory } from './bars/memory';
import { oracleStart } from './bars/oracle-start';
import { pytorchEquality } from './bars/pytorch-equality';
import { scoreTable } from './bars/score-table';
import { scorerThroughput } from './bars/scorer-throughput';
import { sharedBackward } from './bars/shared-backward';
import { steadyMemory } from './bars/steady-memory';

/** Every bar, by name. */
export const bars: ReadonlyMap<string, Bar> = new Map(
  [
    pytorchEquality,
    exact,
    float32Rank,
    correlateNb201,
    asPublished,
    scorerThroughput,
    sharedBackward,
    memory,
    steadyMemory,
    oracleStart,
    determinism,
    scoreTable,
  ].map((bar) => [bar.name, bar]),
);
