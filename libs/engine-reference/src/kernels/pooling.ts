import type { Call, KernelTable } from '../call';
import { plane, windowOf } from '../window';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { floor, max } = Math;

/** Calls `reduce` with the input elements under each window, padding left out; its result is the output's element. */
function pool(call: Call, dilated: boolean, reduce: (values: number[], padded: number) => number) {
  const x = call.floats(0);
  const result = call.output();
  const y = result.data as Float64Array;
  const { kernel, strides, dilations, pads } = windowOf(call, call.attributes.ints('kernel_shape'), dilated);
  const [height, width] = plane(call, call.shape(0).slice(2));
  const [rows, columns] = plane(call, result.shape.slice(2));
  for (let i = 0; i < y.length; i += 1) {
    const image = floor(i / (rows * columns)) * height * width;
    const top = (floor(i / columns) % rows) * strides[0] - pads[0];
    const left = (i % columns) * strides[1] - pads[1];
    const values: number[] = [];
    for (let a = 0; a < kernel[0]; a += 1) {
      const row = top + a * dilations[0];
      if (row < 0 || row >= height) continue;
      for (let b = 0; b < kernel[1]; b += 1) {
        const column = left + b * dilations[1];
        if (column >= 0 && column < width) values.push(x[image + row * width + column]);
      }
    }
    y[i] = reduce(values, kernel[0] * kernel[1]);
  }
  return [result];
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

export const pooling: KernelTable = {
  AveragePool: (call) => {
    const countPadding = call.attributes.int('count_include_pad') !== 0;
    return pool(call, false, (values, padded) => sum(values) / (countPadding ? padded : values.length));
  },
  MaxPool: (call) => pool(call, true, (values) => max(...values)),
  GlobalAveragePool: (call) => {
    const x = call.floats(0);
    const result = call.output();
    const y = result.data as Float64Array;
    const pixels = x.length / y.length;
    for (let i = 0; i < x.length; i += 1) y[floor(i / pixels)] += x[i] / pixels;
    return [result];
  },
};
