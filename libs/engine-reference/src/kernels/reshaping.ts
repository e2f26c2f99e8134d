import { int64 } from '@gradsign/onnx';
import type { Kernel, KernelTable } from '../call';
import { offsetsOf, stridesOf } from '../strided';
import { pick } from './elementwise';

/** Renaming axes moves no element; inference has worked out the shape. */
const rename: Kernel = (call) => [call.reshaped(call.input(0))];

export const reshaping: KernelTable = {
  Reshape: rename,
  Flatten: rename,
  Squeeze: rename,
  Unsqueeze: rename,
  Transpose: (call) => {
    const { shape } = call.types[0];
    const strides = stridesOf(call.shape(0));
    const perm = call.attributes.ints('perm', [...shape.keys()].reverse());
    return [
      pick(
        call.input(0),
        shape,
        offsetsOf(
          shape,
          perm.map((axis) => strides[axis]),
        ),
      ),
    ];
  },
  Shape: (call) => {
    const end = call.attributes.has('end') ? call.attributes.int('end') : undefined;
    return [int64(call.shape(0).slice(call.attributes.int('start'), end))];
  },
};
