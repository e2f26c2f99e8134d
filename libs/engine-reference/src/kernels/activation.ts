import type { Kernel, KernelTable } from '../call';
import { erf } from '../erf';
import { stridesOf } from '../strided';
import { mapped } from './elementwise';

/** Softmax, or its logarithm, along an axis; the maximum is taken off first, so nothing overflows. */
function alongAxis(finish: (shifted: number, sum: number) => number): Kernel {
  return (call) => {
    const shape = call.shape(0);
    const x = call.floats(0);
    const result = call.output();
    const axis =
      call.attributes.int('axis') < 0 ? call.attributes.int('axis') + shape.length : call.attributes.int('axis');
    const stride = stridesOf(shape)[axis];
    const length = shape[axis];
    for (let outer = 0; outer < x.length; outer += stride * length) {
      for (let start = outer; start < outer + stride; start += 1) {
        let max = -Infinity;
        for (let i = 0; i < length; i += 1) max = Math.max(max, x[start + i * stride]);
        let sum = 0;
        for (let i = 0; i < length; i += 1) sum += Math.exp(x[start + i * stride] - max);
        for (let i = 0; i < length; i += 1) result.data[start + i * stride] = finish(x[start + i * stride] - max, sum);
      }
    }
    return [result];
  };
}

export const activation: KernelTable = {
  Relu: mapped((x) => Math.max(x, 0)),
  Sigmoid: mapped((x) => 1 / (1 + Math.exp(-x))),
  Tanh: mapped(Math.tanh),
  Erf: mapped(erf),
  HardSigmoid: mapped((x, { attributes }) =>
    Math.min(Math.max(attributes.float('alpha') * x + attributes.float('beta'), 0), 1),
  ),
  HardSwish: mapped((x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1)),
  Softmax: alongAxis((shifted, sum) => Math.exp(shifted) / sum),
  LogSoftmax: alongAxis((shifted, sum) => shifted - Math.log(sum)),
  Dropout: (call) => [call.input(0)],
};
