import { sizeOf, zeros, type Tensor } from '@gradsign/onnx';
import { numbersOf, type Call, type Kernel } from '../call';
import { broadcastStrides, offsetsOf } from '../strided';

/** A kernel that maps each element. */
export function mapped(fn: (x: number, call: Call) => number): Kernel {
  return (call) => {
    const x = numbersOf(call.input(0));
    const y = new Float64Array(x.length);
    for (let i = 0; i < x.length; i += 1) y[i] = fn(x[i], call);
    return [call.filled(y)];
  };
}

/** A kernel that maps the pairs of its two broadcast inputs. `integer` replaces `fn` where the elements are integers. */
export function paired(fn: (a: number, b: number) => number, integer: typeof fn = fn): Kernel {
  return (call) => {
    const combine = call.input(0).dtype === 'float64' ? fn : integer;
    const { shape } = call.types[0];
    const [a, b] = [spread(call.input(0), shape), spread(call.input(1), shape)];
    const y = new Float64Array(a.length);
    for (let i = 0; i < y.length; i += 1) y[i] = combine(a[i], b[i]);
    return [call.filled(y)];
  };
}

/** A tensor's elements as numbers, repeated to a shape that it broadcasts to. */
export function spread(value: Tensor, target: readonly number[]): ArrayLike<number> {
  return numbersOf(repeated(value, target));
}

/** A tensor repeated to a shape that it broadcasts to. */
export function repeated(value: Tensor, target: readonly number[]): Tensor {
  if (value.data.length === sizeOf(target)) return { ...value, shape: target };
  return pick(value, target, offsetsOf(target, broadcastStrides(value.shape, target)));
}

/** The tensor of a shape whose elements are those of `source` at the offsets. */
export function pick({ dtype, data }: Tensor, shape: readonly number[], offsets: Int32Array): Tensor {
  const result = zeros(dtype, shape);
  for (let i = 0; i < offsets.length; i += 1) result.data[i] = data[offsets[i]];
  return result;
}
