import type { ConformanceCase } from './cases/case';
import { convolution } from './cases/convolution';
import { elementwise } from './cases/elementwise';
import { layout } from './cases/layout';
import { matrix } from './cases/matrix';
import { network } from './cases/network';
import { normalization } from './cases/normalization';
import { pooling } from './cases/pooling';
import { reduction } from './cases/reduction';

export type { ConformanceCase } from './cases/case';
export * from './compare';

/**
 * Graphs that every engine must run, and agree on with the float64 reference engine within the tolerance of its
 * precision. Graphs and feeds are the same in every process.
 */
export const conformanceCases: readonly ConformanceCase[] = [
  ...convolution,
  ...pooling,
  ...normalization,
  ...elementwise,
  ...matrix,
  ...reduction,
  ...layout,
  ...network,
];
