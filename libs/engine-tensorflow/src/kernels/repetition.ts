import type { KernelTable } from '../prepared-node';

export const repetition: KernelTable = {
  Expand:
    ({ tf, output }) =>
    (operand) =>
      tf.broadcastTo(operand(0), output.shape),
  Tile: (node) => {
    const repeats = node.numbers(1);
    return (operand) => node.tf.tile(operand(0), repeats);
  },
  ConstantOfShape: ({ tf, attributes, output }) => {
    const value = Number(attributes.tensor('value').data[0]);
    return () => tf.fill(output.shape, value, output.dtype);
  },
};
