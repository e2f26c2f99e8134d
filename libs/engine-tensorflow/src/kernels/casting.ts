import type { KernelTable } from '../prepared-node';
import { mapped } from './elementwise';

export const casting: KernelTable = {
  Identity: mapped((tf, x) => tf.clone(x)),
  Cast: ({ tf, output }) => {
    // A cast to bool keeps other bytes than 0 and 1 in some backends.
    if (output.dtype === 'bool') {
      return (operand) => tf.notEqual(tf.cast(operand(0), 'float32'), tf.scalar(0));
    }
    return (operand) => tf.cast(operand(0), output.dtype);
  },
};
