import type { RuleTable } from '../rule';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { convolution } from './convolution';
import { matrix } from './matrix';
import { normalization } from './normalization';
import { pooling } from './pooling';
import { reduction } from './reduction';
import { reshaping } from './reshaping';

/** The gradient rule of every differentiable operator. */
export const rules: RuleTable = {
  ...activation,
  ...arithmetic,
  ...convolution,
  ...matrix,
  ...normalization,
  ...pooling,
  ...reduction,
  ...reshaping,
};
