import type { Node } from '@gradsign/onnx';
import type { PerSampleRule, RuleTable } from '../rule';
import { isStepNode } from '../step-function';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { convolution, perSampleConvolution } from './convolution';
import { extrema } from './extrema';
import { matrix, perSampleMatrix } from './matrix';
import { normalization } from './normalization';
import { pooling } from './pooling';
import { reduction } from './reduction';
import { reshaping } from './reshaping';
import { selecting } from './selecting';

/** The gradient rule of every differentiable operator. */
export const rules: RuleTable = {
  ...activation,
  ...arithmetic,
  ...convolution,
  ...extrema,
  ...matrix,
  ...normalization,
  ...pooling,
  ...reduction,
  ...reshaping,
  ...selecting,
};

/** Rules for the gradients of weights for each sample apart. */
export const perSampleRules: Readonly<Record<string, PerSampleRule>> = { ...perSampleConvolution, ...perSampleMatrix };

const STEPS: ReadonlySet<string> = new Set([
  'Sign',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Equal',
  'Not',
  'And',
  'Or',
  'IsNaN',
  'Shape',
]);

/** Whether a node's outputs are constant but for jumps: their derivative is zero. */
export function isStep(node: Node): boolean {
  return STEPS.has(node.op) || isStepNode(node);
}
