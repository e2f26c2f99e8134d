import { sizeOf } from '@gradsign/onnx';
import { numbersOf, type Call, type Kernel, type KernelTable } from '../call';
import { offsetsOf, stridesOf } from '../strided';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { max } = Math;

/** Output index of every input element when `axes` (all, when empty) are reduced. */
function targets(call: Call, axes: readonly number[]): Int32Array {
  const shape = call.shape(0);
  const reduced = new Set(axes.length > 0 ? axes.map((a) => (a < 0 ? a + shape.length : a)) : shape.keys());
  const kept = stridesOf(shape.map((size, axis) => (reduced.has(axis) ? 1 : size)));
  return offsetsOf(
    shape,
    kept.map((stride, axis) => (reduced.has(axis) ? 0 : stride)),
  );
}

function fold(call: Call, axes: readonly number[], start: number, fn: (total: number, x: number) => number) {
  const x = numbersOf(call.input(0));
  const target = targets(call, axes);
  const totals = new Float64Array(sizeOf(call.types[0].shape)).fill(start);
  for (let i = 0; i < x.length; i += 1) totals[target[i]] = fn(totals[target[i]], x[i]);
  return [call.filled(totals)];
}

const byAttribute = (start: number, fn: (total: number, x: number, share: number) => number): Kernel => {
  return (call) => {
    const share = sizeOf(call.types[0].shape) / call.input(0).data.length;
    return fold(call, call.attributes.ints('axes', []), start, (total, x) => fn(total, x, share));
  };
};

export const reduction: KernelTable = {
  ReduceMean: byAttribute(0, (total, x, share) => total + x * share),
  ReduceMax: byAttribute(-Infinity, (total, x) => max(total, x)),
  ReduceSum: (call) => {
    const axes = call.has(1) ? call.integers(1) : [];
    if (axes.length === 0 && call.attributes.int('noop_with_empty_axes') !== 0) return [call.input(0)];
    return fold(call, axes, 0, (total, x) => total + x);
  },
};
