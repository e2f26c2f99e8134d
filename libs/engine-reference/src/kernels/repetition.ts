import type { KernelTable } from '../call';
import { stridesOf } from '../strided';
import { pick, repeated } from './elementwise';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { floor } = Math;

export const repetition: KernelTable = {
  Expand: (call) => [repeated(call.input(0), call.types[0].shape)],
  Tile: (call) => {
    const [shape, target] = [call.shape(0), call.types[0].shape];
    const [from, to] = [stridesOf(shape), stridesOf(target)];
    const offsets = Int32Array.from({ length: call.output().data.length }, (_, i) =>
      shape.reduce((offset, size, axis) => offset + ((floor(i / to[axis]) % target[axis]) % size) * from[axis], 0),
    );
    return [pick(call.input(0), target, offsets)];
  },
  ConstantOfShape: (call) => {
    const result = call.output();
    (result.data as Float64Array).fill(call.attributes.tensor('value').data[0] as number);
    return [result];
  },
};
