import { sizeOf, zeros, type Tensor } from '@gradsign/onnx';
import type { Call, Kernel } from '../call';
import { broadcastStrides, offsetsOf } from '../strided';

/** A kernel that maps each element. int64 goes through numbers, exact to 2^53. */
export function mapped(fn: (x: number, call: Call) => number): Kernel {
  return (call) => {
    const { data } = call.input(0);
    const result = call.output();
    const write = writer(result);
    for (let i = 0; i < data.length; i += 1) write(i, fn(Number(data[i]), call));
    return [result];
  };
}

/** A kernel that maps the pairs of its two broadcast inputs. `integer` replaces `fn` where the elements are integers. */
export function paired(fn: (a: number, b: number) => number, integer: typeof fn = fn): Kernel {
  return (call) => {
    const isFloat = call.input(0).dtype === 'float64';
    const result = call.output();
    const write = writer(result);
    const a = spread(call.input(0), result.shape);
    const b = spread(call.input(1), result.shape);
    const combine = isFloat ? fn : integer;
    for (let i = 0; i < a.length; i += 1) write(i, combine(Number(a[i]), Number(b[i])));
    return [result];
  };
}

/** A tensor's elements repeated to a shape that it broadcasts to. */
export function spread(value: Tensor, target: readonly number[]): Tensor['data'] {
  if (value.data.length === sizeOf(target)) return value.data;
  return pick(value, target, offsetsOf(target, broadcastStrides(value.shape, target))).data;
}

/** The tensor of a shape whose elements are those of `source` at the offsets. */
export function pick({ dtype, data }: Tensor, shape: readonly number[], offsets: Int32Array): Tensor {
  const result = zeros(dtype, shape);
  for (let i = 0; i < offsets.length; i += 1) result.data[i] = data[offsets[i]];
  return result;
}

/** Assignment of a number to an element, whatever the element type. */
export function writer({ dtype, data }: Tensor): (index: number, value: number) => void {
  if (dtype === 'int64') {
    return (i, value) => {
      data[i] = BigInt(value);
    };
  }
  return (i, value) => {
    data[i] = value;
  };
}
