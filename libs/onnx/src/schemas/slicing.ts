import type { SchemaTable } from '../schema';

/** Number of elements that one axis of a Slice keeps, with ONNX's clamping of start and end. */
function kept(size: number, start: number, end: number, step: number): number {
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
  const from = start < 0 ? start + size : start;
  const to = end < 0 ? end + size : end;
  const count =
    step > 0
      ? (clamp(to, 0, size) - clamp(from, 0, size)) / step
      : (clamp(to, -1, size - 1) - clamp(from, 0, size - 1)) / step;
  return Math.max(0, Math.ceil(count));
}

/** Operators that cut, or extend, along axes. */
export const slicing: SchemaTable = {
  /** Inputs data, starts, ends, axes?, steps?. */
  Slice: {
    attributes: {},
    inputs: [3, 5],
    outputs: [1, 1],
    infer(context) {
      const { dtype, shape } = context.input(0);
      const starts = context.integers(1);
      const ends = context.integers(2);
      const axes = context.axes(context.has(3) ? context.integers(3) : starts.map((_, i) => i), shape.length);
      const steps = context.has(4) ? context.integers(4) : starts.map(() => 1);
      for (const list of [ends, axes, steps]) {
        if (list.length !== starts.length) context.fail(`starts, ends, axes and steps must have equal lengths`);
      }
      const result = [...shape];
      axes.forEach((axis, i) => {
        if (steps[i] === 0) context.reject(4, 'must not have a step of 0');
        const dim = shape[axis];
        // Taking all of a symbolic axis is the one slice that needs no number.
        if (typeof dim === 'string' && starts[i] === 0 && steps[i] === 1 && ends[i] >= 2 ** 31 - 1) return;
        result[axis] = kept(context.size(0, axis), starts[i], ends[i], steps[i]);
      });
      return [{ dtype, shape: result }];
    },
  },
  Split: {
    attributes: { axis: { kind: 'int', default: 0 } },
    inputs: [1, 2],
    outputs: [1, Infinity],
    infer(context) {
      const { dtype, shape } = context.input(0);
      const axis = context.axis(context.attributes.int('axis'), shape.length);
      const size = context.size(0, axis);
      const parts = context.has(1)
        ? context.integers(1)
        : new Array<number>(context.outputs).fill(size / context.outputs);
      if (parts.length !== context.outputs) context.fail(`has ${context.outputs} outputs for ${parts.length} parts`);
      if (parts.some((part) => !Number.isInteger(part) || part < 0) || parts.reduce((a, b) => a + b, 0) !== size) {
        context.reject(0, `cannot be split into [${parts.join(',')}] on axis ${axis}`);
      }
      return parts.map((part) => ({ dtype, shape: shape.map((dim, i) => (i === axis ? part : dim)) }));
    },
  },
  /** Inputs data, pads (all begins, then all ends; negative pads cut), constant value?. */
  Pad: {
    attributes: { mode: { kind: 'string', default: 'constant' } },
    inputs: [2, 3],
    outputs: [1, 1],
    infer(context) {
      const { dtype, shape } = context.input(0);
      if (context.attributes.string('mode') !== 'constant') {
        context.fail(`attribute "mode" = ${context.attributes.string('mode')} must be constant`);
      }
      const pads = context.integers(1);
      if (pads.length !== 2 * shape.length) context.reject(1, `must have ${2 * shape.length} pads`);
      if (context.has(2)) context.typed(2, dtype);
      const result = shape.map((dim, i) => {
        const extra = pads[i] + pads[i + shape.length];
        if (pads[i] === 0 && pads[i + shape.length] === 0) return dim;
        const size = context.size(0, i) + extra;
        return size >= 0 ? size : context.reject(1, `must not cut axis ${i} below 0`);
      });
      return [{ dtype, shape: result }];
    },
  },
};
