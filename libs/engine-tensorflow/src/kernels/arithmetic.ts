import type { Kernel, KernelTable } from '../prepared-node';
import type { TensorFlow, TfTensor } from '../tfjs';
import { mapped, paired } from './elementwise';

/** A kernel that folds any number of broadcast inputs. */
function folded(fn: (tf: TensorFlow, a: TfTensor, b: TfTensor) => TfTensor): Kernel {
  return ({ tf, node }) =>
    (operand) => {
      const [first, ...rest] = node.inputs.map((_, index) => operand(index));
      return rest.reduce((total, x) => fn(tf, total, x), tf.clone(first));
    };
}

/**
 * The sign by comparisons. That of NaN is NaN, so that sums of signs count it, and that of a subnormal number is not 0:
 * TensorFlow.js's own gives 0 for the one, and on some backends for the other.
 */
function sign(tf: TensorFlow, x: TfTensor): TfTensor {
  const zero = tf.scalar(0);
  const above = tf.cast(tf.greater(x, zero), 'float32');
  const below = tf.cast(tf.less(x, zero), 'float32');
  return tf.where(tf.isNaN(x), x, tf.sub(above, below));
}

/** Integer division towards zero: TensorFlow's goes down, one too far where the quotient is below zero and not whole. */
function truncatedDivision(tf: TensorFlow, a: TfTensor, b: TfTensor): TfTensor {
  const down = tf.floorDiv(a, b);
  const inexact = tf.notEqual(tf.mul(down, b), a);
  return tf.add(down, tf.cast(tf.logicalAnd(inexact, tf.less(down, tf.scalar(0, 'int32'))), 'int32'));
}

export const arithmetic: KernelTable = {
  Abs: mapped((tf, x) => tf.abs(x)),
  Neg: mapped((tf, x) => tf.neg(x)),
  Sign: ({ tf, output }) =>
    output.dtype === 'float32' ? (operand) => sign(tf, operand(0)) : (operand) => tf.sign(operand(0)),
  Exp: mapped((tf, x) => tf.exp(x)),
  Log: mapped((tf, x) => tf.log(x)),
  Sqrt: mapped((tf, x) => tf.sqrt(x)),
  Reciprocal: mapped((tf, x) => tf.div(tf.scalar(1), x)),
  Add: paired((tf, a, b) => tf.add(a, b)),
  Sub: paired((tf, a, b) => tf.sub(a, b)),
  Mul: paired((tf, a, b) => tf.mul(a, b)),
  Div: ({ tf, output }) => {
    const divide = output.dtype === 'float32' ? tf.div : (a: TfTensor, b: TfTensor) => truncatedDivision(tf, a, b);
    return (operand) => divide(operand(0), operand(1));
  },
  Pow: ({ tf, output }) => {
    return (operand) => tf.pow(operand(0), tf.cast(operand(1), output.dtype));
  },
  Min: folded((tf, a, b) => tf.minimum(a, b)),
  Max: folded((tf, a, b) => tf.maximum(a, b)),
  Clip: (node) => (operand) => {
    const { tf } = node;
    const raised = node.has(1) ? tf.maximum(operand(0), operand(1)) : tf.clone(operand(0));
    return node.has(2) ? tf.minimum(raised, operand(2)) : raised;
  },
};
