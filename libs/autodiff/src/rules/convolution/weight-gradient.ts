import { sizeOf, type GraphBuilder, type Value } from '@gradsign/onnx';
import type { PerSampleValues } from '../../rule';
import { dims, flatSpace, matrixTranspose, pad, range, reshape } from '../../shape';
import type { Geometry } from './geometry';
import { patches } from './patches';

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
  if (sizeOf(kernel) === 1 && [...strides, ...pads].join() === '1,1,0,0,0,0') {
    return { values: builder.node('MatMul', [flatSpace(builder, g), matrixTranspose(builder, flatSpace(builder, x))]) };
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
  const { kernel, strides, dilations, pads, group } = geometry;
  const [kh, kw] = kernel;
  const [channels, height] = dims(x).slice(-3);
  const [out, heightOfG, width] = dims(g).slice(-3);
  // Whole rows move, so that a channel's pixels stay one run.
  const pixels = flatSpace(builder, g);
  const others = range(pixels.shape.length - 1).map(() => 0);
  const rows = range(kh).map((i) => {
    const shift = i * dilations[0] - pads[0];
    return pad(builder, pixels, [...others, shift * width], [...others, (height - heightOfG - shift) * width]);
  });
  const left = rows.length === 1 ? rows[0] : builder.node('Concat', rows, { axis: pixels.shape.length - 2 });
  const columns = { kernel: [1, kw], strides, dilations, pads: [0, pads[1]], out: [height, width] };
  return {
    values: builder.node('MatMul', [left, patches(builder, x, columns)]),
    layout: { shape: [group, kh, out, kw, channels], perm: [0, 2, 4, 1, 3] },
  };
}

/** Any stride: [M, H'·W'] × [H'·W', kh·kw·C] with all kh·kw copies of x. */
function fromPatches(builder: GraphBuilder, geometry: Geometry, { x, g }: Operands): PerSampleValues {
  const { kernel, group } = geometry;
  const [out, ...positions] = dims(g).slice(-3);
  return {
    values: builder.node('MatMul', [flatSpace(builder, g), patches(builder, x, { ...geometry, out: positions })]),
    layout: { shape: [group, out, ...kernel, dims(x).at(-3)!], perm: [0, 1, 4, 2, 3] },
  };
}

/** [B, C, H, W] as [B, group, C/group, H, W], or as it is for a single group. */
function splitChannels(builder: GraphBuilder, x: Value, group: number): Value {
  const [batch, channels, ...space] = dims(x);
  return group === 1 ? x : reshape(builder, x, [batch, group, channels / group, ...space]);
}
