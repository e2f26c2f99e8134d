import { formatShape, quotient } from '../dims';
import type { Dim } from '../graph';
import type { SchemaTable } from '../schema';

/** Operators that rename axes without moving an element, and Transpose. */
export const reshaping: SchemaTable = {
  /** In the shape, 0 copies the input's dimension and one -1 takes what remains. */
  Reshape: {
    attributes: { allowzero: { kind: 'int', default: 0 } },
    inputs: [2, 2],
    outputs: [1, 1],
    infer(context) {
      const { dtype, shape } = context.input(0);
      const target = context.integers(1);
      const copies = context.attributes.int('allowzero') === 0;
      const dims: Dim[] = target.map((size, i) => {
        if (size !== 0 || !copies) return size;
        return shape[i] ?? context.reject(0, `has no axis ${i} for the 0 in the new shape [${target.join(',')}]`);
      });
      if (dims.some((dim) => typeof dim === 'number' && dim < -1))
        context.fail(`shape [${target.join(',')}] must not go below -1`);
      const open = dims.indexOf(-1);
      if (open !== dims.lastIndexOf(-1)) context.fail(`shape [${target.join(',')}] must have at most one -1`);
      const total = context.product(shape);
      if (open >= 0) {
        const rest = context.product(dims.filter((_, i) => i !== open));
        const size = rest === 0 ? undefined : quotient(total, rest);
        dims[open] = size ?? context.reject(0, `cannot be reshaped to ${formatShape(dims)}: ${total} elements`);
      } else if (context.product(dims) !== total) {
        context.reject(
          0,
          `cannot be reshaped to ${formatShape(dims)}: ${total} elements against ${context.product(dims)}`,
        );
      }
      return [{ dtype, shape: dims }];
    },
  },
  Flatten: {
    attributes: { axis: { kind: 'int', default: 1 } },
    inputs: [1, 1],
    outputs: [1, 1],
    infer(context) {
      const { dtype, shape } = context.input(0);
      const axis = context.attributes.int('axis');
      // Unlike other axes, this one may equal the rank.
      const at = axis === shape.length ? axis : context.axis(axis, shape.length);
      return [{ dtype, shape: [context.product(shape.slice(0, at)), context.product(shape.slice(at))] }];
    },
  },
  Transpose: {
    attributes: { perm: { kind: 'ints' } },
    inputs: [1, 1],
    outputs: [1, 1],
    infer(context) {
      const { dtype, shape } = context.input(0);
      const perm = context.attributes.ints('perm', shape.map((_, i) => i).reverse());
      if ([...perm].sort((a, b) => a - b).join() !== shape.map((_, i) => i).join()) {
        context.fail(`attribute "perm" = [${perm.join(',')}] must be a permutation of ${shape.length} axes`);
      }
      return [{ dtype, shape: perm.map((axis) => shape[axis]) }];
    },
  },
  Unsqueeze: {
    attributes: {},
    inputs: [2, 2],
    outputs: [1, 1],
    infer(context) {
      const { dtype, shape } = context.input(0);
      const given = context.integers(1);
      const rank = shape.length + given.length;
      const axes = new Set(context.axes(given, rank));
      const rest = [...shape];
      return [{ dtype, shape: Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : (rest.shift() as Dim))) }];
    },
  },
  Squeeze: {
    attributes: {},
    inputs: [1, 2],
    outputs: [1, 1],
    infer(context) {
      const { dtype, shape } = context.input(0);
      if (!context.has(1)) return [{ dtype, shape: shape.filter((dim) => dim !== 1) }];
      const axes = context.axes(context.integers(1), shape.length);
      for (const axis of axes) if (shape[axis] !== 1) context.reject(0, `must have size 1 on squeezed axis ${axis}`);
      return [{ dtype, shape: shape.filter((_, i) => !axes.includes(i)) }];
    },
  },
  Shape: {
    attributes: { start: { kind: 'int', default: 0 }, end: { kind: 'int' } },
    inputs: [1, 1],
    outputs: [1, 1],
    infer(context) {
      const { shape } = context.input(0);
      const end = context.attributes.has('end') ? context.attributes.int('end') : shape.length;
      return [{ dtype: 'int64', shape: [shape.slice(context.attributes.int('start'), end).length] }];
    },
  },
};
