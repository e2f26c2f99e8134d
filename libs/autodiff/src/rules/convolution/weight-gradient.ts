import { sizeOf, type GraphBuilder, type Value } from '@gradsign/onnx';
import type { PerSampleValues } from '../../rule';
import { dims, matrixTranspose, pad, range, reshape, slice, transpose } from '../../shape';
import { reach, type Geometry } from './geometry';

/** A convolution's input [B, C, H, W] and its output's cotangent [B, M, H', W']. */
interface Operands {
  readonly x: Value;
  readonly g: Value;
}

/**
 * Gradient of a convolution's weight [M, C/group, kh, kw] for each sample:
 * dW[m, c, i, j] = Σ_{h, w} g[m, h, w] · x[c, s·h + d·i − p, s·w + d·j − p], as one matrix product a sample and group.
 * The product's right side has the channels last: copies of x that are shifted in space then move whole vectors.
 */
export function weightGradient(builder: GraphBuilder, geometry: Geometry, operands: Operands): PerSampleValues {
  const { kernel, strides, pads, group } = geometry;
  const x = splitChannels(builder, operands.x, group);
  const g = splitChannels(builder, operands.g, group);
  if (sizeOf(kernel) === 1 && [...strides, ...pads].join() === '1,1,0,0,0,0') {
    return { values: builder.node('MatMul', [flatSpace(builder, g), matrixTranspose(builder, flatSpace(builder, x))]) };
  }
  const last = channelsLast(builder, x);
  return strides.every((stride) => stride === 1)
    ? fromShiftedOperands(builder, geometry, { x: last, g })
    : fromPatches(builder, geometry, { x: last, g });
}

/**
 * Stride 1. The columns of the kernel are shifts of x, its rows are shifts of g (in the other direction), so that
 * kh + kw copies make all kh·kw products: [kh·M, H·W'] × [H·W', kw·C].
 */
function fromShiftedOperands(builder: GraphBuilder, geometry: Geometry, { x, g }: Operands): PerSampleValues {
  const { kernel, dilations, pads, group } = geometry;
  const [height, widthOfX, channels] = dims(x).slice(-3);
  const [out, heightOfG, width] = dims(g).slice(-3);
  const rows = range(kernel[0]).map((i) => {
    const shift = i * dilations[0] - pads[0];
    return padLast(builder, g, [0, shift, 0], [0, height - heightOfG - shift, 0]);
  });
  const columns = range(kernel[1]).map((j) => {
    const shift = j * dilations[1] - pads[1];
    return padLast(builder, x, [0, -shift, 0], [0, width - widthOfX + shift, 0]);
  });
  const left = flatSpace(builder, join(builder, rows, -3));
  const [kh, kw] = kernel;
  return {
    values: product(builder, left, join(builder, columns, -1)),
    layout: { shape: [group, kh, out, kw, channels], perm: [0, 2, 4, 1, 3] },
  };
}

/** Any stride: [M, H'·W'] × [H'·W', kh·kw·C] with all kh·kw copies of x, cut first to columns and then to rows. */
function fromPatches(builder: GraphBuilder, geometry: Geometry, { x, g }: Operands): PerSampleValues {
  const { kernel, strides, dilations, pads, group } = geometry;
  const [height, width, channels] = dims(x).slice(-3);
  const [out, ...positions] = dims(g).slice(-3);
  const span = reach(geometry);
  const ends = [height, width].map((size, axis) => {
    const needed = (positions[axis] - 1) * strides[axis] + span[axis] + 1;
    return needed - pads[axis] - size;
  });
  const cut = (from: Value, axis: 0 | 1) => {
    const taps = range(kernel[axis]).map((tap) => {
      const start = tap * dilations[axis];
      return slice(builder, from, {
        starts: [start],
        ends: [start + (positions[axis] - 1) * strides[axis] + 1],
        axes: [from.shape.length - 3 + axis],
        steps: [strides[axis]],
      });
    });
    return join(builder, taps, -1);
  };
  const padded = padLast(builder, x, [pads[0], pads[1], 0], [ends[0], ends[1], 0]);
  const [kh, kw] = kernel;
  return {
    values: product(builder, flatSpace(builder, g), cut(cut(padded, 1), 0)),
    layout: { shape: [group, out, kh, kw, channels], perm: [0, 1, 4, 2, 3] },
  };
}

/** [B, C, H, W] as [B, group, C/group, H, W], or as it is for a single group. */
function splitChannels(builder: GraphBuilder, x: Value, group: number): Value {
  const [batch, channels, ...space] = dims(x);
  return group === 1 ? x : reshape(builder, x, [batch, group, channels / group, ...space]);
}

/** [B, (group,) C, H, W] → [B, (group,) H, W, C]. */
function channelsLast(builder: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  return transpose(builder, x, [...range(rank - 3), rank - 2, rank - 1, rank - 3]);
}

/** [B, (group,) C, H, W] → [B, (group,) C, H·W]. */
function flatSpace(builder: GraphBuilder, x: Value): Value {
  const shape = dims(x);
  return reshape(builder, x, [...shape.slice(0, -2), shape.at(-2)! * shape.at(-1)!]);
}

/** [B, (group,) M, H·W] × [B, (group,) H, W, C] → [B, (group,) M, C]. */
function product(builder: GraphBuilder, left: Value, right: Value): Value {
  const shape = dims(right);
  const rows = shape.at(-3)! * shape.at(-2)!;
  return builder.node('MatMul', [left, reshape(builder, right, [...shape.slice(0, -3), rows, shape.at(-1)!])]);
}

/** Concatenation along an axis that counts from the end. */
function join(builder: GraphBuilder, values: readonly Value[], axis: number): Value {
  return values.length === 1 ? values[0] : builder.node('Concat', values, { axis: values[0].shape.length + axis });
}

/** Padding of the last axes. */
function padLast(builder: GraphBuilder, x: Value, begins: readonly number[], ends: readonly number[]): Value {
  const others = new Array<number>(x.shape.length - begins.length).fill(0);
  return pad(builder, x, [...others, ...begins], [...others, ...ends]);
}
