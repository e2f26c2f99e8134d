import type { KernelTable } from '../prepared-node';
import { mapped, paired } from './elementwise';

export const logic: KernelTable = {
  Greater: paired((tf, a, b) => tf.greater(a, b)),
  GreaterOrEqual: paired((tf, a, b) => tf.greaterEqual(a, b)),
  Less: paired((tf, a, b) => tf.less(a, b)),
  LessOrEqual: paired((tf, a, b) => tf.lessEqual(a, b)),
  Equal: paired((tf, a, b) => tf.equal(a, b)),
  And: paired((tf, a, b) => tf.logicalAnd(a, b)),
  Or: paired((tf, a, b) => tf.logicalOr(a, b)),
  Not: mapped((tf, x) => tf.logicalNot(x)),
  IsNaN: mapped((tf, x) => tf.isNaN(x)),
  Where:
    ({ tf }) =>
    (operand) =>
      tf.where(operand(0), operand(1), operand(2)),
};
