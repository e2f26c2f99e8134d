import type { InferenceContext } from '../inference-context';
import type { AttributeSchema, OpSchema, SchemaTable, TensorType } from '../schema';

const keepdims: AttributeSchema = { kind: 'int', default: 1 };

function reduce(context: InferenceContext, given: readonly number[]): TensorType[] {
  const { dtype, shape } = context.typed(0, 'float32', 'float64', 'int64', 'int32');
  const axes = new Set(context.axes(given.length > 0 ? given : shape.map((_, i) => i), shape.length));
  const keep = context.attributes.int('keepdims') !== 0;
  return [
    { dtype, shape: keep ? shape.map((dim, i) => (axes.has(i) ? 1 : dim)) : shape.filter((_, i) => !axes.has(i)) },
  ];
}

/** ReduceMean and ReduceMax still have their axes as an attribute in this operator set. */
const byAttribute: OpSchema = {
  attributes: { axes: { kind: 'ints' }, keepdims },
  inputs: [1, 1],
  outputs: [1, 1],
  infer: (context) => reduce(context, context.attributes.ints('axes', [])),
};

/** Reductions; without axes, over all of them. */
export const reduction: SchemaTable = {
  ReduceMean: byAttribute,
  ReduceMax: byAttribute,
  ReduceSum: {
    attributes: { keepdims, noop_with_empty_axes: { kind: 'int', default: 0 } },
    inputs: [1, 2],
    outputs: [1, 1],
    infer(context) {
      const axes = context.has(1) ? context.integers(1) : [];
      if (axes.length === 0 && context.attributes.int('noop_with_empty_axes') !== 0) return [context.input(0)];
      return reduce(context, axes);
    },
  },
};
