import { productOfDims, quotientOfDims, sizeOf, sumOfDims, type Dim } from '@gradsign/onnx';
import type { Constant, ConstantType } from './constant';

/** An operation on two elements; undefined where the result depends on the batch in a way that has no name. */
type Operation = (a: Dim, b: Dim) => Dim | undefined;

const numeric =
  (fn: (a: number, b: number) => number): Operation =>
  (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? fn(a, b) : undefined;

/** A size that depends on the batch is at least 1, and no particular number. */
const isSymbol = (x: Dim): x is string => typeof x === 'string';

/** Comparisons with symbols are decided where every batch gives the same answer. */
function compared(fn: (a: number, b: number) => boolean, ifEqual: boolean): Operation {
  return (a, b) => {
    if (a === b) return Number(ifEqual);
    if (isSymbol(a) && typeof b === 'number' && b <= 0) return Number(fn(1, b));
    if (isSymbol(b) && typeof a === 'number' && a <= 0) return Number(fn(a, 1));
    return numeric((x, y) => Number(fn(x, y)))(a, b);
  };
}

const binary: Readonly<Record<string, Operation>> = {
  Add: (a, b) => (isSymbol(a) || isSymbol(b) ? sumOfDims([a, b]) : a + b),
  Sub: (a, b) => (a === b && isSymbol(a) ? 0 : b === 0 ? a : numeric((x, y) => x - y)(a, b)),
  Mul: (a, b) => {
    if (!isSymbol(a) && !isSymbol(b)) return a * b;
    const coefficients = [a, b].filter((x): x is number => !isSymbol(x));
    return coefficients.every((x) => Number.isSafeInteger(x) && x >= 0) ? productOfDims([a, b]) : undefined;
  },
  Div: (a, b) => (isSymbol(a) || isSymbol(b) ? quotient(a, b) : a / b),
  Mod: (a, b) => (quotient(a, b) === undefined ? numeric((x, y) => x - y * Math.floor(x / y))(a, b) : 0),
  Pow: numeric((a, b) => a ** b),
  Min: numeric(Math.min),
  Max: numeric(Math.max),
  And: numeric((a, b) => Number(a !== 0 && b !== 0)),
  Or: numeric((a, b) => Number(a !== 0 || b !== 0)),
  Equal: compared((a, b) => a === b, true),
  Greater: compared((a, b) => a > b, false),
  GreaterOrEqual: compared((a, b) => a >= b, true),
  Less: compared((a, b) => a < b, false),
  LessOrEqual: compared((a, b) => a <= b, true),
};

function quotient(a: Dim, b: Dim): Dim | undefined {
  const positive = [a, b].every((x) => isSymbol(x) || (Number.isSafeInteger(x) && x > 0));
  return positive ? quotientOfDims(a, b) : undefined;
}

const unary: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Reciprocal: (x) => 1 / x,
  Exp: Math.exp,
  Log: Math.log,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: (x) => (x % 1 === 0.5 || x % 1 === -0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  Not: (x) => Number(x === 0),
};

/** Operators that this file evaluates. */
export const ARITHMETIC: ReadonlySet<string> = new Set([...Object.keys(binary), ...Object.keys(unary), 'Where']);

/** The result of an arithmetic operator on constants, of a known type; undefined where it cannot be known. */
export function calculate(
  op: string,
  inputs: readonly Constant[],
  { dtype, shape }: ConstantType,
): Constant | undefined {
  const operands = inputs.map((input) => spread(input, shape));
  const integral = inputs[0].dtype !== 'float32' && inputs[0].dtype !== 'float64';
  const data: Dim[] = [];
  for (let i = 0; i < sizeOf(shape); i += 1) {
    const element = combine(
      op,
      operands.map((operand) => operand[i]),
    );
    if (element === undefined) return undefined;
    if (isSymbol(element)) data.push(element);
    else
      data.push(op === 'Div' && integral ? Math.trunc(element) : dtype === 'float32' ? Math.fround(element) : element);
  }
  return { dtype, shape, data };
}

function combine(op: string, [first, ...others]: readonly Dim[]): Dim | undefined {
  if (op === 'Where') return first === 0 ? others[1] : others[0];
  if (op in unary) return isSymbol(first) ? undefined : unary[op](first);
  return others.reduce<Dim | undefined>((a, b) => (a === undefined ? undefined : binary[op](a, b)), first);
}

/** A constant's elements repeated to a shape that it broadcasts to. */
function spread({ shape, data }: Constant, target: readonly number[]): Dim[] {
  return Array.from({ length: sizeOf(target) }, (_, index) => {
    let rest = index;
    let offset = 0;
    let stride = 1;
    for (let axis = target.length - 1; axis >= 0; axis -= 1) {
      const own = axis - target.length + shape.length;
      const position = rest % target[axis];
      rest = Math.floor(rest / target[axis]);
      if (own < 0) continue;
      if (shape[own] !== 1) offset += position * stride;
      stride *= shape[own];
    }
    return data[offset];
  });
}
