import { sizeOf } from '@gradsign/onnx';
import type { Call, KernelTable } from '../call';
import { stridesOf } from '../strided';
import { pick } from './elementwise';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { floor } = Math;

/** Indices along an axis of a size, the negative ones counted from its end. */
function indicesOf(call: Call, size: number): number[] {
  return call.integers(1).map((index) => {
    if (index < -size || index >= size) {
      throw new RangeError(
        `node "${call.node.name}" (${call.node.op}): index ${index} must lie in [${-size}, ${size - 1}]`,
      );
    }
    return index < 0 ? index + size : index;
  });
}

export const gathering: KernelTable = {
  Gather: (call) => {
    const shape = call.shape(0);
    const axis = (call.attributes.int('axis') + shape.length) % shape.length;
    const inner = sizeOf(shape.slice(axis + 1));
    const indices = indicesOf(call, shape[axis]);
    const offsets = Int32Array.from({ length: sizeOf(call.types[0].shape) }, (_, i) => {
      const outer = floor(i / (inner * indices.length));
      const index = indices[floor(i / inner) % indices.length];
      return (outer * shape[axis] + index) * inner + (i % inner);
    });
    return [pick(call.input(0), call.types[0].shape, offsets)];
  },
  GatherElements: (call) => {
    const shape = call.shape(0);
    const axis = (call.attributes.int('axis') + shape.length) % shape.length;
    const strides = stridesOf(shape);
    const own = stridesOf(call.shape(1));
    const offsets = Int32Array.from(indicesOf(call, shape[axis]), (index, i) =>
      shape.reduce((offset, _, a) => {
        const position = a === axis ? index : floor(i / own[a]) % call.shape(1)[a];
        return offset + position * strides[a];
      }, 0),
    );
    return [pick(call.input(0), call.types[0].shape, offsets)];
  },
  /** An index outside [-depth, depth) has no hot element. */
  OneHot: (call) => {
    const { shape } = call.types[0];
    const axis = (call.attributes.int('axis') + shape.length) % shape.length;
    const inner = sizeOf(shape.slice(axis + 1));
    const depth = shape[axis];
    const [off, on] = call.input(2).data;
    const result = call.output();
    (result.data as Float64Array).fill(off as number);
    call.integers(0).forEach((index, i) => {
      const hot = index < 0 ? index + depth : index;
      if (hot >= 0 && hot < depth) result.data[(floor(i / inner) * depth + hot) * inner + (i % inner)] = on;
    });
    return [result];
  },
};
