import type { Kernel, KernelTable } from '../call';
import { mapped, paired, repeated } from './elementwise';

const test = (fn: (a: number, b: number) => boolean): Kernel => paired((a, b) => (fn(a, b) ? 1 : 0));

export const logic: KernelTable = {
  Greater: test((a, b) => a > b),
  GreaterOrEqual: test((a, b) => a >= b),
  Less: test((a, b) => a < b),
  LessOrEqual: test((a, b) => a <= b),
  Equal: test((a, b) => a === b),
  And: test((a, b) => a !== 0 && b !== 0),
  Or: test((a, b) => a !== 0 || b !== 0),
  Not: mapped((x) => (x === 0 ? 1 : 0)),
  IsNaN: mapped((x) => (x !== x ? 1 : 0)),
  Where: (call) => {
    const result = call.output();
    const [condition, yes, no] = [0, 1, 2].map((i) => repeated(call.input(i), result.shape).data);
    for (let i = 0; i < condition.length; i += 1) result.data[i] = condition[i] ? yes[i] : no[i];
    return [result];
  },
};
