import { numbersOf, type Kernel, type KernelTable } from '../call';
import { mapped, paired, spread } from './elementwise';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { abs, exp, log, max, min, pow, sign, sqrt, trunc } = Math;

/** A kernel that folds any number of broadcast inputs. */
function folded(fn: (a: number, b: number) => number): Kernel {
  return (call) => {
    const [first, ...rest] = call.inputs.map((_, k) => spread(call.input(k), call.types[0].shape));
    const y = Float64Array.from(first);
    for (const values of rest) {
      for (let i = 0; i < y.length; i += 1) y[i] = fn(y[i], values[i]);
    }
    return [call.filled(y)];
  };
}

export const arithmetic: KernelTable = {
  Abs: mapped((x) => abs(x)),
  Neg: mapped((x) => -x),
  Sign: mapped((x) => sign(x)),
  Exp: mapped((x) => exp(x)),
  Log: mapped((x) => log(x)),
  Sqrt: mapped((x) => sqrt(x)),
  Reciprocal: mapped((x) => 1 / x),
  Add: paired((a, b) => a + b),
  Sub: paired((a, b) => a - b),
  Mul: paired((a, b) => a * b),
  Div: paired(
    (a, b) => a / b,
    (a, b) => trunc(a / b),
  ),
  Pow: paired((a, b) => pow(a, b)),
  Min: folded((a, b) => min(a, b)),
  Max: folded((a, b) => max(a, b)),
  Clip: (call) => {
    const low = call.has(1) ? numbersOf(call.input(1))[0] : -Infinity;
    const high = call.has(2) ? numbersOf(call.input(2))[0] : Infinity;
    return mapped((x) => min(max(x, low), high))(call);
  },
};
