import type { Kernel, KernelTable } from '../call';
import { mapped, paired, spread, writer } from './elementwise';

/** A kernel that folds any number of broadcast inputs. */
function folded(fn: (a: number, b: number) => number): Kernel {
  return (call) => {
    const result = call.output();
    const write = writer(result);
    call.inputs.forEach((_, k) => {
      const values = spread(call.input(k), result.shape);
      for (let i = 0; i < values.length; i += 1) {
        write(i, k === 0 ? Number(values[i]) : fn(Number(result.data[i]), Number(values[i])));
      }
    });
    return [result];
  };
}

export const arithmetic: KernelTable = {
  Abs: mapped(Math.abs),
  Neg: mapped((x) => -x),
  Sign: mapped(Math.sign),
  Exp: mapped(Math.exp),
  Log: mapped(Math.log),
  Sqrt: mapped(Math.sqrt),
  Reciprocal: mapped((x) => 1 / x),
  Add: paired((a, b) => a + b),
  Sub: paired((a, b) => a - b),
  Mul: paired((a, b) => a * b),
  Div: paired(
    (a, b) => a / b,
    (a, b) => Math.trunc(a / b),
  ),
  Pow: paired(Math.pow),
  Min: folded(Math.min),
  Max: folded(Math.max),
  Clip: (call) => {
    const low = call.has(1) ? Number(call.input(1).data[0]) : -Infinity;
    const high = call.has(2) ? Number(call.input(2).data[0]) : Infinity;
    return mapped((x) => Math.min(Math.max(x, low), high))(call);
  },
};
