/** Element types that the project's graphs use (a subset of ONNX's). */
export type DataType = 'float32' | 'float64' | 'int64' | 'int32' | 'uint8' | 'bool';

/** Storage of each element type; `bool` is one byte an element, 0 or 1. */
export interface TensorData {
  float32: Float32Array;
  float64: Float64Array;
  int64: BigInt64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/** A dense tensor in row-major order; `data.length` is the product of `shape` (1 for a scalar). */
export interface Tensor<T extends DataType = DataType> {
  readonly dtype: T;
  readonly shape: readonly number[];
  readonly data: TensorData[T];
}

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** A tensor over `data` (not copied). Throws RangeError when `data` does not have the shape's number of elements. */
export function tensor<T extends DataType>(dtype: T, shape: readonly number[], data: TensorData[T]): Tensor<T> {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`shape [${shape.join(',')}] has ${sizeOf(shape)} elements, the data has ${data.length}`);
  }
  return { dtype, shape, data };
}

/** A tensor of zeros (or false). */
export function zeros<T extends DataType>(dtype: T, shape: readonly number[]): Tensor<T> {
  return { dtype, shape, data: new constructors[dtype](sizeOf(shape)) as TensorData[T] };
}

/** A float32 tensor from numbers; `shape` defaults to a vector. */
export function float32(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Tensor<'float32'> {
  return tensor('float32', shape, Float32Array.from(values));
}

/** An int64 tensor from (safe) integers; `shape` defaults to a vector. */
export function int64(values: readonly number[], shape: readonly number[] = [values.length]): Tensor<'int64'> {
  return tensor(
    'int64',
    shape,
    BigInt64Array.from(values, (v) => BigInt(v)),
  );
}
