import { sizeOf, type GraphBuilder, type Value } from '@gradsign/onnx';
import type { Layout } from '../../layout';
import type { PerSampleValues } from '../../rule';
import { dims, matrixTranspose, pad, range, reshape, slice } from '../../shape';
import { reach, type Geometry } from './geometry';

/** A convolution's input [B, C, H, W] and its output's cotangent [B, M, H', W']. */
interface Operands {
  readonly x: Value;
  readonly g: Value;
}

/**
 * Gradient of a convolution's weight [M, C/group, kh, kw] for each sample:
 * dW[m, c, i, j] = Σ_{h, w} g[m, h, w] · x[c, s·h + d·i − p, s·w + d·j − p], as one matrix product a sample and group.
 */
export function weightGradient(builder: GraphBuilder, geometry: Geometry, operands: Operands): PerSampleValues {
  const { kernel, strides, pads, group } = geometry;
  const x = splitChannels(builder, operands.x, group);
  const g = splitChannels(builder, operands.g, group);
  if (sizeOf(kernel) === 1 && [...pads].every((size) => size === 0)) {
    const positions = strided(builder, x, dims(g).slice(-2), strides);
    return { values: product(builder, g, positions) };
  }
  return strides.every((stride) => stride === 1)
    ? fromShiftedOperands(builder, geometry, { x, g })
    : fromPatches(builder, geometry, { x, g });
}

/**
 * Stride 1. The columns of the kernel are shifts of x, its rows are shifts of g (in the other direction), so that
 * kh + kw copies make all kh·kw products: [kh·M, H·W'] × [H·W', kw·C].
 */
function fromShiftedOperands(builder: GraphBuilder, geometry: Geometry, { x, g }: Operands): PerSampleValues {
  const { kernel, dilations, pads } = geometry;
  const [height, width] = [dims(x).at(-2)!, dims(g).at(-1)!];
  const rows = range(kernel[0]).map((i) => {
    const shift = i * dilations[0] - pads[0];
    return padSpace(builder, g, [shift, 0], [height - dims(g).at(-2)! - shift, 0]);
  });
  const columns = range(kernel[1]).map((j) => {
    const shift = j * dilations[1] - pads[1];
    return padSpace(builder, x, [0, -shift], [0, width - dims(x).at(-1)! + shift]);
  });
  return {
    values: product(builder, joinChannels(builder, rows), joinChannels(builder, columns)),
    layout: layout(geometry, channelsOf(g), channelsOf(x), 'rows outside'),
  };
}

/** Any stride: [M, H'·W'] × [H'·W', kh·kw·C] with all kh·kw copies of x, cut first to columns and then to rows. */
function fromPatches(builder: GraphBuilder, geometry: Geometry, { x, g }: Operands): PerSampleValues {
  const { kernel, strides, dilations, pads } = geometry;
  const out = dims(g).slice(-2);
  const span = reach(geometry);
  const needed = out.map((size, axis) => (size - 1) * strides[axis] + span[axis] + 1);
  const ends = needed.map((size, axis) => size - pads[axis] - dims(x).at(axis - 2)!);
  const padded = padSpace(builder, x, pads.slice(0, 2), ends);
  const cut = (from: Value, axis: 0 | 1) => {
    const taps = range(kernel[axis]).map((tap) => {
      const start = tap * dilations[axis];
      return slice(builder, from, {
        starts: [start],
        ends: [start + (out[axis] - 1) * strides[axis] + 1],
        axes: [from.shape.length - 2 + axis],
        steps: [strides[axis]],
      });
    });
    return joinChannels(builder, taps);
  };
  return {
    values: product(builder, g, cut(cut(padded, 1), 0)),
    layout: layout(geometry, channelsOf(g), channelsOf(x), 'rows inside'),
  };
}

/** How the products are ordered, by group: [kh·M, kw·C] or [M, kh·kw·C], where the weight has [M, C, kh, kw]. */
function layout(
  { kernel, group }: Geometry,
  out: number,
  channels: number,
  rows: 'rows outside' | 'rows inside',
): Layout {
  const [kh, kw] = kernel;
  return rows === 'rows outside'
    ? { shape: [group, kh, out, kw, channels], perm: [0, 2, 4, 1, 3] }
    : { shape: [group, out, kh, kw, channels], perm: [0, 1, 4, 2, 3] };
}

/** [B, C, H, W] as [B, group, C/group, H, W], or as it is for a single group. */
function splitChannels(builder: GraphBuilder, x: Value, group: number): Value {
  const [batch, channels, ...space] = dims(x);
  return group === 1 ? x : reshape(builder, x, [batch, group, channels / group, ...space]);
}

function channelsOf(x: Value): number {
  return dims(x).at(-3)!;
}

function joinChannels(builder: GraphBuilder, values: readonly Value[]): Value {
  return values.length === 1 ? values[0] : builder.node('Concat', values, { axis: values[0].shape.length - 3 });
}

function padSpace(builder: GraphBuilder, x: Value, begins: readonly number[], ends: readonly number[]): Value {
  const others = x.shape.slice(2).map(() => 0);
  return pad(builder, x, [...others, ...begins], [...others, ...ends]);
}

/** Every stride-th position of both spatial axes. */
function strided(builder: GraphBuilder, x: Value, out: readonly number[], strides: readonly number[]): Value {
  if (out.join() === dims(x).slice(-2).join()) return x;
  const rank = x.shape.length;
  const ends = out.map((size, axis) => (size - 1) * strides[axis] + 1);
  return slice(builder, x, { starts: [0, 0], ends, axes: [rank - 2, rank - 1], steps: strides });
}

/** [B, (group,) M, H, W] and [B, (group,) C, H, W] → [B, (group,) M, C], summed over the positions. */
function product(builder: GraphBuilder, g: Value, x: Value): Value {
  const flat = (v: Value) => {
    const shape = dims(v);
    return reshape(builder, v, [...shape.slice(0, -2), shape.at(-2)! * shape.at(-1)!]);
  };
  return builder.node('MatMul', [flat(g), matrixTranspose(builder, flat(x))]);
}
