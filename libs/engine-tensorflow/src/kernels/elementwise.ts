import type { Kernel } from '../prepared-node';
import type { TensorFlow, TfTensor } from '../tfjs';

/** A kernel that maps its first input. */
export const mapped =
  (fn: (tf: TensorFlow, x: TfTensor) => TfTensor): Kernel =>
  ({ tf }) =>
  (operand) =>
    fn(tf, operand(0));

/** A kernel of two inputs, which TensorFlow.js broadcasts. */
export const paired =
  (fn: (tf: TensorFlow, a: TfTensor, b: TfTensor) => TfTensor): Kernel =>
  ({ tf }) =>
  (operand) =>
    fn(tf, operand(0), operand(1));
