import type { Call, Kernel, KernelTable } from '../call';
import { offsetsOf, stridesOf } from '../strided';
import { writer } from './elementwise';

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
  const { data } = call.input(0);
  const target = targets(call, axes);
  const result = call.output();
  const totals = new Float64Array(result.data.length).fill(start);
  for (let i = 0; i < data.length; i += 1) totals[target[i]] = fn(totals[target[i]], Number(data[i]));
  const write = writer(result);
  totals.forEach((total, i) => write(i, total));
  return [result];
}

const byAttribute = (start: number, fn: (total: number, x: number, share: number) => number): Kernel => {
  return (call) => {
    const share = call.output().data.length / call.input(0).data.length;
    return fold(call, call.attributes.ints('axes', []), start, (total, x) => fn(total, x, share));
  };
};

export const reduction: KernelTable = {
  ReduceMean: byAttribute(0, (total, x, share) => total + x * share),
  ReduceMax: byAttribute(-Infinity, (total, x) => Math.max(total, x)),
  ReduceSum: (call) => {
    const axes = call.has(1) ? call.integers(1) : [];
    if (axes.length === 0 && call.attributes.int('noop_with_empty_axes') !== 0) return [call.input(0)];
    return fold(call, axes, 0, (total, x) => total + x);
  },
};
