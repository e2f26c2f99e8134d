import type { SchemaTable } from '../schema';

/** Operators that pick by index; a negative index counts from the end. */
export const gathering: SchemaTable = {
  Gather: {
    attributes: { axis: { kind: 'int', default: 0 } },
    inputs: [2, 2],
    outputs: [1, 1],
    infer(context) {
      const { dtype } = context.input(0);
      const shape = context.ranked(0, 1);
      const indices = context.typed(1, 'int64', 'int32').shape;
      const axis = context.axis(context.attributes.int('axis'), shape.length);
      return [{ dtype, shape: [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)] }];
    },
  },
  GatherElements: {
    attributes: { axis: { kind: 'int', default: 0 } },
    inputs: [2, 2],
    outputs: [1, 1],
    infer(context) {
      const { dtype } = context.input(0);
      const shape = context.ranked(0, 1);
      context.typed(1, 'int64', 'int32');
      const indices = context.ranked(1, shape.length, shape.length);
      const axis = context.axis(context.attributes.int('axis'), shape.length);
      indices.forEach((dim, i) => {
        const fits =
          i === axis ||
          dim === shape[i] ||
          (typeof dim === 'number' && typeof shape[i] === 'number' && dim <= shape[i]);
        if (!fits) context.reject(1, `must not exceed the data's size ${shape[i]} on axis ${i}`);
      });
      return [{ dtype, shape: indices }];
    },
  },
  /** Inputs indices, depth (one element), values [off, on]. */
  OneHot: {
    attributes: { axis: { kind: 'int', default: -1 } },
    inputs: [3, 3],
    outputs: [1, 1],
    infer(context) {
      const { shape } = context.typed(0, 'int64', 'int32', 'float32');
      context.expectShape(2, [2]);
      const depth = Number(context.constant(1).data[0]);
      if (context.constant(1).data.length !== 1 || !Number.isInteger(depth) || depth < 1) {
        context.reject(1, 'must be one positive integer');
      }
      const axis = context.axis(context.attributes.int('axis'), shape.length + 1);
      return [{ dtype: context.input(2).dtype, shape: [...shape.slice(0, axis), depth, ...shape.slice(axis)] }];
    },
  },
};
