import { float32 } from '../tensor';
import type { SchemaTable } from '../schema';

/** Operators that repeat values. */
export const repetition: SchemaTable = {
  /** Broadcasts the data and the shape against each other, in both directions. */
  Expand: {
    attributes: {},
    inputs: [2, 2],
    outputs: [1, 1],
    infer(context) {
      const { dtype, shape } = context.input(0);
      return [{ dtype, shape: context.broadcast(shape, context.integers(1)) }];
    },
  },
  Tile: {
    attributes: {},
    inputs: [2, 2],
    outputs: [1, 1],
    infer(context) {
      const { dtype, shape } = context.input(0);
      const repeats = context.integers(1);
      if (repeats.length !== shape.length || repeats.some((r) => r < 0)) {
        context.fail(`repeats [${repeats.join(',')}] must have ${shape.length} entries of at least 0`);
      }
      return [{ dtype, shape: shape.map((dim, i) => context.product([dim, repeats[i]])) }];
    },
  },
  ConstantOfShape: {
    attributes: { value: { kind: 'tensor', default: float32([0]) } },
    inputs: [1, 1],
    outputs: [1, 1],
    infer(context) {
      const value = context.attributes.tensor('value');
      if (value.data.length !== 1) context.fail('attribute "value" must have one element');
      const shape = context.integers(0);
      if (shape.some((size) => size < 0)) context.reject(0, 'must not have negative sizes');
      return [{ dtype: value.dtype, shape }];
    },
  },
};
