import type { KernelTable } from '../call';
import { offsetsOf, stridesOf } from '../strided';
import { pick } from './elementwise';

export const slicing: KernelTable = {
  Slice: (call) => {
    const shape = call.shape(0);
    const strides = stridesOf(shape);
    const steps = [...strides];
    let start = 0;
    const starts = call.integers(1);
    const axes = call.has(3) ? call.integers(3) : [...starts.keys()];
    axes.forEach((given, i) => {
      const axis = given < 0 ? given + shape.length : given;
      const step = call.has(4) ? call.integers(4)[i] : 1;
      const first = starts[i] < 0 ? starts[i] + shape[axis] : starts[i];
      const clamped = Math.min(Math.max(first, 0), step > 0 ? shape[axis] : shape[axis] - 1);
      start += clamped * strides[axis];
      steps[axis] = step * strides[axis];
    });
    return [pick(call.input(0), call.types[0].shape, offsetsOf(call.types[0].shape, steps, start))];
  },
  Split: (call) => {
    const strides = stridesOf(call.shape(0));
    const axis = (call.attributes.int('axis') + strides.length) % strides.length;
    let start = 0;
    return call.types.map(({ shape }) => {
      const part = pick(call.input(0), shape, offsetsOf(shape, strides, start));
      start += shape[axis] * strides[axis];
      return part;
    });
  },
  Pad: (call) => {
    const { shape, data } = call.input(0);
    const pads = call.integers(1);
    const result = call.output();
    if (call.has(2)) (result.data as Float64Array).fill(call.input(2).data[0] as number);
    // The part of the input that stays, where negative pads cut.
    const cut = shape.map((_, axis) => Math.max(0, -pads[axis]));
    const room = shape.map((_, axis) => Math.max(0, pads[axis]));
    const kept = shape.map((size, axis) => size - cut[axis] - Math.max(0, -pads[axis + shape.length]));
    const at = (strides: readonly number[], index: readonly number[]) =>
      index.reduce((sum, v, i) => sum + v * strides[i], 0);
    const [from, to] = [stridesOf(shape), stridesOf(result.shape)];
    const sources = offsetsOf(kept, from, at(from, cut));
    const targets = offsetsOf(kept, to, at(to, room));
    sources.forEach((source, i) => (result.data[targets[i]] = data[source]));
    return [result];
  },
};
