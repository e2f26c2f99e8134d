import type { Kernel, KernelTable } from '../call';
import { erf } from '../erf';
import { stridesOf } from '../strided';
import { mapped } from './elementwise';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { exp, log, max, min, tanh } = Math;

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
        let largest = -Infinity;
        for (let i = 0; i < length; i += 1) largest = max(largest, x[start + i * stride]);
        let sum = 0;
        for (let i = 0; i < length; i += 1) sum += exp(x[start + i * stride] - largest);
        for (let i = 0; i < length; i += 1)
          result.data[start + i * stride] = finish(x[start + i * stride] - largest, sum);
      }
    }
    return [result];
  };
}

export const activation: KernelTable = {
  Relu: mapped((x) => max(x, 0)),
  Sigmoid: mapped((x) => 1 / (1 + exp(-x))),
  Tanh: mapped((x) => tanh(x)),
  Erf: mapped(erf),
  HardSigmoid: (call) => {
    const [alpha, beta] = [call.attributes.float('alpha'), call.attributes.float('beta')];
    return mapped((x) => min(max(alpha * x + beta, 0), 1))(call);
  },
  HardSwish: mapped((x) => x * min(max(x / 6 + 0.5, 0), 1)),
  Softmax: alongAxis((shifted, sum) => exp(shifted) / sum),
  LogSoftmax: alongAxis((shifted, sum) => shifted - log(sum)),
  Dropout: (call) => [call.input(0)],
};
