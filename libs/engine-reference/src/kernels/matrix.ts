import { zeros, type Tensor } from '@gradsign/onnx';
import type { KernelTable } from '../call';
import { broadcastStrides, offsetsOf } from '../strided';
import { spread } from './elementwise';

/** Adds a · b to c, for row-major matrices [rows, inner] and [inner, columns] at offsets into their arrays. */
function multiply(
  [a, b, c]: readonly [Float64Array, Float64Array, Float64Array],
  [atA, atB, atC]: readonly [number, number, number],
  [rows, inner, columns]: readonly [number, number, number],
): void {
  for (let i = 0; i < rows; i += 1) {
    for (let k = 0; k < inner; k += 1) {
      const value = a[atA + i * inner + k];
      const from = atB + k * columns;
      const to = atC + i * columns;
      for (let j = 0; j < columns; j += 1) c[to + j] += value * b[from + j];
    }
  }
}

function transposed({ shape: [rows, columns], data }: Tensor): Tensor {
  const result: Tensor = zeros('float64', [columns, rows]);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) result.data[j * rows + i] = data[i * columns + j];
  }
  return result;
}

export const matrix: KernelTable = {
  MatMul: (call) => {
    const result = call.output();
    const shapeA = call.shape(0).length === 1 ? [1, ...call.shape(0)] : call.shape(0);
    const shapeB = call.shape(1).length === 1 ? [...call.shape(1), 1] : call.shape(1);
    const [rows, inner] = shapeA.slice(-2);
    const [columns] = shapeB.slice(-1);
    const batchRank = Math.max(shapeA.length, shapeB.length) - 2;
    const batch = result.shape.slice(0, batchRank);
    const startsA = offsetsOf(batch, broadcastStrides(shapeA.slice(0, -2), batch));
    const startsB = offsetsOf(batch, broadcastStrides(shapeB.slice(0, -2), batch));
    const arrays = [call.floats(0), call.floats(1), result.data as Float64Array] as const;
    for (let i = 0; i < startsA.length; i += 1) {
      const starts = [startsA[i] * rows * inner, startsB[i] * inner * columns, i * rows * columns] as const;
      multiply(arrays, starts, [rows, inner, columns]);
    }
    return [result];
  },
  Gemm: (call) => {
    const { attributes } = call;
    const a = attributes.int('transA') ? transposed(call.input(0)) : call.input(0);
    const b = attributes.int('transB') ? transposed(call.input(1)) : call.input(1);
    const result = call.output();
    const y = result.data as Float64Array;
    multiply([a.data as Float64Array, b.data as Float64Array, y], [0, 0, 0], [a.shape[0], a.shape[1], b.shape[1]]);
    const bias = call.has(2) ? spread(call.input(2), result.shape) : undefined;
    const [alpha, beta] = [attributes.float('alpha'), attributes.float('beta')];
    for (let i = 0; i < y.length; i += 1) y[i] = alpha * y[i] + (bias === undefined ? 0 : beta * bias[i]);
    return [result];
  },
};
