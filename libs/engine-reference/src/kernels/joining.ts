import type { KernelTable } from '../call';
import { offsetsOf, stridesOf } from '../strided';

export const joining: KernelTable = {
  Concat: (call) => {
    const result = call.output();
    const strides = stridesOf(result.shape);
    const axis = (call.attributes.int('axis') + strides.length) % strides.length;
    let start = 0;
    call.inputs.forEach((_, i) => {
      const { shape, data } = call.input(i);
      offsetsOf(shape, strides, start).forEach((target, k) => (result.data[target] = data[k]));
      start += shape[axis] * strides[axis];
    });
    return [result];
  },
};
