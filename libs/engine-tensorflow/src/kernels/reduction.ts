import type { Kernel, KernelTable, PreparedNode } from '../prepared-node';

/** The axes of a reduction, counted from the start; all of them where none are given. */
function axesOf(node: PreparedNode, given: readonly number[]): number[] {
  return given.length > 0 ? given.map((axis) => node.axis(axis)) : [...node.input(0).shape.keys()];
}

function byAttribute(op: 'mean' | 'max'): Kernel {
  return (node) => {
    const { tf, attributes } = node;
    if (op === 'mean' && node.output.dtype !== 'float32') node.unsupported('means of integers are not implemented');
    const axes = axesOf(node, attributes.ints('axes', []));
    const keep = attributes.int('keepdims') !== 0;
    return (operand) => tf[op](operand(0), axes, keep);
  };
}

export const reduction: KernelTable = {
  ReduceMean: byAttribute('mean'),
  ReduceMax: byAttribute('max'),
  ReduceSum: (node) => {
    const { tf, attributes } = node;
    const given = node.has(1) ? node.numbers(1) : [];
    if (given.length === 0 && attributes.int('noop_with_empty_axes') !== 0) return (operand) => tf.clone(operand(0));
    const axes = axesOf(node, given);
    const keep = attributes.int('keepdims') !== 0;
    return (operand) => tf.sum(operand(0), axes, keep);
  },
};
