import type { Tensor } from '@gradsign/onnx';

/** How far apart two numbers may be: |actual − expected| ≤ absolute + relative · |expected|. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** What an engine of a precision owes the conformance suite, whose values are of order one. */
export const tolerances: Readonly<Record<'float32' | 'float64', Tolerance>> = {
  float32: { relative: 1e-4, absolute: 1e-5 },
  float64: { relative: 1e-12, absolute: 1e-12 },
};

const isFloat = ({ dtype }: Tensor) => dtype === 'float32' || dtype === 'float64';

/**
 * Compares a tensor with the one expected. float32 and float64 are one kind; integers and booleans must be equal;
 * NaN agrees with NaN only, an infinity with itself only.
 * @returns undefined, or a sentence about the first of the worst differences
 */
export function compareTensors(actual: Tensor, expected: Tensor, tolerance: Tolerance): string | undefined {
  if (actual.dtype !== expected.dtype && !(isFloat(actual) && isFloat(expected))) {
    return `is ${actual.dtype}, must be ${expected.dtype}`;
  }
  if (actual.shape.join() !== expected.shape.join()) {
    return `has shape [${actual.shape.join(',')}], must be [${expected.shape.join(',')}]`;
  }
  const { relative, absolute } = isFloat(expected) ? tolerance : { relative: 0, absolute: 0 };
  let worst = 1;
  let message: string | undefined;
  for (let i = 0; i < expected.data.length; i += 1) {
    const want = Number(expected.data[i]);
    const got = Number(actual.data[i]);
    if (Object.is(got, want) || got === want) continue;
    const ratio = Math.abs(got - want) / (absolute + relative * Math.abs(want));
    const excess = Number.isNaN(ratio) ? Infinity : ratio;
    if (excess <= worst) continue;
    worst = excess;
    message = `has ${got} at index ${i} (of ${expected.data.length}), must be ${want}`;
  }
  return message;
}
