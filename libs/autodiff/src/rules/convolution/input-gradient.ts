import type { GraphBuilder, Value } from '@gradsign/onnx';
import { dims, reshape, slice, transpose } from '../../shape';
import { attributesOfGeometry, outputPadding, reach, type Geometry } from './geometry';

/**
 * Gradient of a convolution's input. With stride 1 it is a convolution with the flipped kernel, which engines run
 * faster than the ConvTranspose that any other stride takes (and padding beyond the kernel's reach).
 */
export function inputGradient(
  builder: GraphBuilder,
  geometry: Geometry,
  { x, w, g }: { readonly x: Value; readonly w: Value; readonly g: Value },
): Value {
  const { strides, pads, group } = geometry;
  const span = reach(geometry);
  const flippedPads = pads.map((size, i) => span[i % 2] - size);
  const attributes = attributesOfGeometry(geometry);
  if (strides.every((stride) => stride === 1) && flippedPads.every((size) => size >= 0)) {
    return builder.node('Conv', [g, flip(builder, w, group)], { ...attributes, pads: flippedPads });
  }
  return builder.node('ConvTranspose', [g, w], {
    ...attributes,
    output_padding: outputPadding(geometry, dims(g).slice(2), dims(x).slice(2)),
  });
}

/** Kernels [out, in/group, …] as those of the transposed convolution: [in, out/group, …], both spatial axes reversed. */
function flip(builder: GraphBuilder, w: Value, group: number): Value {
  const [, , height, width] = dims(w);
  const swapped = group === 1 ? transpose(builder, w, [1, 0, 2, 3]) : swapInGroups(builder, w, group);
  if (height === 1 && width === 1) return swapped;
  const beforeFirst = -(2 ** 31);
  return slice(builder, swapped, {
    starts: [-1, -1],
    ends: [beforeFirst, beforeFirst],
    axes: [2, 3],
    steps: [-1, -1],
  });
}

function swapInGroups(builder: GraphBuilder, w: Value, group: number): Value {
  const [out, inPerGroup, ...kernel] = dims(w);
  const grouped = reshape(builder, w, [group, out / group, inPerGroup, ...kernel]);
  return reshape(builder, transpose(builder, grouped, [0, 2, 1, 3, 4]), [group * inPerGroup, out / group, ...kernel]);
}
