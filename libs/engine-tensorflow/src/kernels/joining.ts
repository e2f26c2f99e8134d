import type { KernelTable } from '../prepared-node';

export const joining: KernelTable = {
  Concat: (node) => {
    const axis = node.axis(node.attributes.int('axis'));
    return (operand) =>
      node.tf.concat(
        node.inputs.map((_, index) => operand(index)),
        axis,
      );
  },
};
