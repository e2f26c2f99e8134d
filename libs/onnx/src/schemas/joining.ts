import type { SchemaTable } from '../schema';

export const joining: SchemaTable = {
  Concat: {
    attributes: { axis: { kind: 'int', required: true } },
    inputs: [1, Infinity],
    outputs: [1, 1],
    infer(context) {
      const dtype = context.sameType();
      const first = context.ranked(0, 1);
      const axis = context.axis(context.attributes.int('axis'), first.length);
      const sizes = Array.from({ length: context.inputs }, (_, i) => {
        const shape = context.shape(i);
        context.expectShape(
          i,
          first.map((dim, k) => (k === axis && shape.length === first.length ? shape[k] : dim)),
        );
        return shape[axis];
      });
      return [{ dtype, shape: first.map((dim, k) => (k === axis ? context.sum(sizes) : dim)) }];
    },
  },
};
