import { sizeOf, tensor, zeros, type DataType, type Dim, type Tensor } from '@gradsign/onnx';

/** Element type and shape of a constant. */
export interface ConstantType {
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/**
 * A value that is known while a model is translated: a tensor of the file, or what is computed from shapes and
 * tensors. An element may be a size that depends on the batch (`12*N`).
 */
export interface Constant extends ConstantType {
  readonly data: ArrayLike<Dim>;
}

/** Integers of the file up to this number are sizes, axes and positions, and become numbers. */
const FEW = 65_536;

/** The constant of a tensor; undefined for integers that are too many to be sizes. */
export function constantOf({ dtype, shape, data }: Tensor): Constant | undefined {
  if (dtype !== 'int64') return { dtype, shape, data: data as ArrayLike<number> };
  return data.length > FEW ? undefined : { dtype, shape, data: Array.from(data as BigInt64Array, whole) };
}

/** An integer as a number. The largest ones stand for "to the end", and still do when they are a little smaller. */
function whole(value: bigint): number {
  return Math.min(Math.max(Number(value), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** A constant as a tensor; undefined where an element depends on the batch or is no number of the type. */
export function tensorOf({ dtype, shape, data }: Constant): Tensor | undefined {
  if (ArrayBuffer.isView(data)) return tensor(dtype, shape, data as Float32Array);
  const elements = Array.from(data);
  if (elements.some((element) => typeof element !== 'number')) return undefined;
  const numbers = elements as number[];
  if (dtype !== 'int64') {
    const result = zeros(dtype, shape);
    numbers.forEach((value, i) => (result.data[i] = value));
    return result;
  }
  if (!numbers.every((value) => Number.isSafeInteger(value))) return undefined;
  return tensor(
    'int64',
    shape,
    BigInt64Array.from(numbers, (value) => BigInt(value)),
  );
}

export function integers(values: readonly Dim[], shape: readonly number[] = [values.length]): Constant {
  return { dtype: 'int64', shape, data: values };
}

/** A float32 scalar. */
export function float(value: number): Constant {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) };
}

/** The elements as numbers; undefined where one depends on the batch. */
export function numbersOf({ data }: Constant): number[] | undefined {
  const elements = Array.from(data);
  return elements.every((element) => typeof element === 'number') ? (elements as number[]) : undefined;
}

/** The constant of a shape whose elements are those of another one at the offsets. */
export function pick(
  { dtype, data }: Constant,
  shape: readonly number[],
  offsetOf: (index: number) => number,
): Constant {
  const size = sizeOf(shape);
  if (Array.isArray(data)) {
    return { dtype, shape, data: Array.from({ length: size }, (_, i) => data[offsetOf(i)] as Dim) };
  }
  const result = zeros(dtype, shape).data as Float32Array;
  for (let i = 0; i < size; i += 1) result[i] = data[offsetOf(i)] as number;
  return { dtype, shape, data: result };
}
