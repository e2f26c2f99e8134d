import { SIZE_OPERATORS } from '../evaluate';
import { activationTranslations } from './activations';
import { batchShapeTranslations } from './batch-shapes';
import { otherTranslations } from './others';
import type { Translation } from './translator';
import { windowTranslations } from './windows';

export { OPSETS } from './opset';
export { Translator } from './translator';

const asItIs: Translation = (t, node) => t.pass(node);

/** Operators that graphs here have too. */
const SAME = [
  ...['Relu', 'Sigmoid', 'Tanh', 'Erf', 'HardSigmoid', 'HardSwish', 'Softmax', 'LogSoftmax', 'Clip'],
  ...['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Abs', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Pow', 'Min', 'Max', 'Where'],
  ...['GlobalAveragePool', 'ReduceMean', 'ReduceMax', 'ReduceSum', 'MatMul', 'Gemm', 'Identity', 'Cast'],
  ...['InstanceNormalization', 'LayerNormalization'],
  ...['Flatten', 'Transpose', 'Squeeze', 'Unsqueeze', 'Split', 'Pad', 'Gather'],
];

/** What each operator of a file becomes. */
export const translations: ReadonlyMap<string, Translation> = new Map([
  ...SAME.map((op) => [op, asItIs] as const),
  // Its running statistics, which files of old training modes have as outputs, belong to no score.
  ['BatchNormalization', (t, node) => t.pass(node, { ...node.attributes, training_mode: 0 }, 1)] as const,
  ...Object.entries({
    ...windowTranslations,
    ...activationTranslations,
    ...batchShapeTranslations,
    ...otherTranslations,
  }),
]);

/** Operators that there is nothing left of, because they compute shapes. */
const EVALUATED = new Set([
  ...SIZE_OPERATORS,
  ...['Shape', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Not'],
]);

/** Whether a model may have the operator, in shape arithmetic at least. */
export const isKnownOperator = (op: string): boolean => translations.has(op) || EVALUATED.has(op);
