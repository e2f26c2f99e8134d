import type { Kernel, KernelTable } from '../call';
import { mapped, paired, spread } from './elementwise';

const test = (fn: (a: number, b: number) => boolean): Kernel => paired((a, b) => Number(fn(a, b)));

export const logic: KernelTable = {
  Greater: test((a, b) => a > b),
  GreaterOrEqual: test((a, b) => a >= b),
  Less: test((a, b) => a < b),
  LessOrEqual: test((a, b) => a <= b),
  Equal: test((a, b) => a === b),
  And: test((a, b) => a !== 0 && b !== 0),
  Or: test((a, b) => a !== 0 || b !== 0),
  Not: mapped((x) => Number(x === 0)),
  IsNaN: mapped((x) => Number(Number.isNaN(x))),
  Where: (call) => {
    const result = call.output();
    const [condition, yes, no] = [0, 1, 2].map((i) => spread(call.input(i), result.shape));
    for (let i = 0; i < condition.length; i += 1) result.data[i] = condition[i] ? yes[i] : no[i];
    return [result];
  },
};
