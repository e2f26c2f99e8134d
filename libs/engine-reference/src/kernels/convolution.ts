import type { Call, KernelTable } from '../call';
import { plane, positions, windowOf } from '../window';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { floor } = Math;

/** One element of the kernel: where it reads relative to a window's origin, and the windows where it meets the input. */
interface Tap {
  /** Offset in the windowed side for the window at row 0, column 0. */
  readonly offset: number;
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/**
 * Visits every (image plane, kernel tap, output plane) of a convolution row by row: `row` gets the offset of the
 * first element in the larger, windowed side, of the kernel's weight and in the smaller side, and the row's length.
 * Along a row the windowed side advances by `stride`, the other by 1.
 */
function visit(
  call: Call,
  sides: { wide: readonly number[]; narrow: readonly number[] },
  weightOf: (wide: number, narrow: number) => number | undefined,
  row: (wide: number, weight: number, narrow: number, length: number, stride: number) => void,
): void {
  const { kernel, strides, dilations, pads } = windowOf(call, call.shape(1).slice(2), true);
  const [height, width] = plane(call, sides.wide.slice(2));
  const [rows, columns] = plane(call, sides.narrow.slice(2));
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, tap): Tap => {
    const down = Math.floor(tap / kernel[1]) * dilations[0];
    const right = (tap % kernel[1]) * dilations[1];
    return {
      offset: (down - pads[0]) * width + right - pads[1],
      rows: positions(height, rows, strides[0], down, pads[0]),
      columns: positions(width, columns, strides[1], right, pads[1]),
    };
  });
  for (let n = 0; n < sides.wide[0]; n += 1) {
    for (let a = 0; a < sides.narrow[1]; a += 1) {
      const narrow = (n * sides.narrow[1] + a) * rows * columns;
      for (let c = 0; c < sides.wide[1]; c += 1) {
        const weight = weightOf(c, a);
        if (weight === undefined) continue;
        const wide = (n * sides.wide[1] + c) * height * width;
        for (let t = 0; t < taps.length; t += 1) {
          const {
            offset,
            rows: range,
            columns: [left, end],
          } = taps[t];
          for (let r = range[0]; r < range[1]; r += 1) {
            const from = wide + offset + r * strides[0] * width + left * strides[1];
            row(from, weight * taps.length + t, narrow + r * columns + left, end - left, strides[1]);
          }
        }
      }
    }
  }
}

/** The kernel plane for an input and an output channel: W is [outputs, inputs / group, …]; undefined across groups. */
function kernelPlane(outputs: number, inputs: number, group: number) {
  const perGroup = inputs / group;
  return (input: number, output: number): number | undefined => {
    const g = floor(output / (outputs / group));
    const within = input - g * perGroup;
    return within >= 0 && within < perGroup ? output * perGroup + within : undefined;
  };
}

function addBias(call: Call, y: Float64Array, shape: readonly number[]): void {
  if (!call.has(2)) return;
  const bias = call.floats(2);
  const pixels = y.length / (shape[0] * shape[1]);
  for (let i = 0; i < y.length; i += 1) y[i] += bias[floor(i / pixels) % shape[1]];
}

export const convolution: KernelTable = {
  Conv: (call) => {
    const result = call.output();
    const [x, w, y] = [call.floats(0), call.floats(1), result.data as Float64Array];
    const sides = { wide: call.shape(0), narrow: result.shape };
    const weightOf = kernelPlane(result.shape[1], call.shape(0)[1], call.attributes.int('group'));
    visit(call, sides, weightOf, (from, weight, to, length, stride) => {
      const value = w[weight];
      for (let i = 0; i < length; i += 1) y[to + i] += value * x[from + i * stride];
    });
    addBias(call, y, result.shape);
    return [result];
  },
  /** The same walk as the convolution whose input gradient this is, with the roles of the sides exchanged. */
  ConvTranspose: (call) => {
    const result = call.output();
    const [x, w, y] = [call.floats(0), call.floats(1), result.data as Float64Array];
    const sides = { wide: result.shape, narrow: call.shape(0) };
    const weightOf = kernelPlane(call.shape(0)[1], result.shape[1], call.attributes.int('group'));
    visit(call, sides, weightOf, (to, weight, from, length, stride) => {
      const value = w[weight];
      for (let i = 0; i < length; i += 1) y[to + i * stride] += value * x[from + i];
    });
    addBias(call, y, result.shape);
    return [result];
  },
};
