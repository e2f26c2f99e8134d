import type { Kernel, KernelTable } from '../prepared-node';

/** Renaming axes moves no element; inference has worked out the shape. */
const rename: Kernel =
  ({ tf, output }) =>
  (operand) =>
    tf.reshape(operand(0), output.shape);

export const reshaping: KernelTable = {
  Reshape: rename,
  Flatten: rename,
  Squeeze: rename,
  Unsqueeze: rename,
  Transpose: ({ tf, attributes, output }) => {
    const perm = attributes.ints('perm', [...output.shape.keys()].reverse());
    return (operand) => tf.transpose(operand(0), perm);
  },
  Shape: (node) => {
    const { tf, attributes, output } = node;
    const end = attributes.has('end') ? attributes.int('end') : undefined;
    const sizes = Int32Array.from(node.input(0).shape.slice(attributes.int('start'), end));
    return () => tf.tensor(sizes, output.shape, 'int32');
  },
};
