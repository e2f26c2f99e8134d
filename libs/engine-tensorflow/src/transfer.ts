import type { DataType, Tensor } from '@gradsign/onnx';
import type { TensorFlow, TfDataType, TfTensor } from './tfjs';

/** Element types on the device; those that are absent it does not have. */
export const deviceTypes: Readonly<Partial<Record<DataType, TfDataType>>> = {
  float32: 'float32',
  int64: 'int32',
  int32: 'int32',
  bool: 'bool',
};

const LIMIT = 2n ** 31n;

/** Copies a tensor to the device. @throws RangeError for an int64 element that int32 cannot hold. */
export function toDevice(tf: TensorFlow, { dtype, shape, data }: Tensor): TfTensor {
  if (dtype !== 'int64') return tf.tensor(data as Float32Array, shape, deviceTypes[dtype] as TfDataType);
  const narrow = Int32Array.from(data as BigInt64Array, (value) => {
    if (value < -LIMIT || value >= LIMIT) {
      throw new RangeError(
        `tensorflow: the int64 value ${value} must lie in [-2^31, 2^31): the engine computes in int32`,
      );
    }
    return Number(value);
  });
  return tf.tensor(narrow, shape, 'int32');
}

/** Copies a tensor from the device, as the element type that the graph gives it. */
export function fromDevice(value: TfTensor, dtype: DataType): Tensor {
  const data = value.dataSync();
  return {
    dtype,
    shape: value.shape,
    data: dtype === 'int64' ? BigInt64Array.from(data as Int32Array, BigInt) : data,
  };
}
