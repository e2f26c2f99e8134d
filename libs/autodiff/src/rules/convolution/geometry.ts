import type { Value } from '@gradsign/onnx';
import { notDifferentiable, type RuleContext } from '../../rule';
import { dims } from '../../shape';

/** Geometry of a two-dimensional window: one entry an axis; `pads` begins, then ends. */
export interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly group: number;
}

/** @throws NotDifferentiableError unless the layer has two spatial axes. */
export function geometryOf(context: RuleContext, weight: Value): Geometry {
  const { attributes } = context;
  const kernel = dims(weight).slice(2);
  if (kernel.length !== 2) notDifferentiable(context, `it has ${kernel.length} spatial axes, only 2 are supported`);
  return {
    kernel,
    strides: attributes.ints('strides', [1, 1]),
    dilations: attributes.ints('dilations', [1, 1]),
    pads: attributes.ints('pads', [0, 0, 0, 0]),
    group: attributes.int('group'),
  };
}

/** Distance between the first and the last element under a window, for each axis. */
export function reach({ kernel, dilations }: Pick<Geometry, 'kernel' | 'dilations'>): number[] {
  return kernel.map((size, axis) => dilations[axis] * (size - 1));
}

/** `output_padding` of the transposed window that maps positions `from` back to `to`. */
export function outputPadding(
  geometry: Omit<Geometry, 'group'>,
  from: readonly number[],
  to: readonly number[],
): number[] {
  const { strides, pads } = geometry;
  const span = reach(geometry);
  return to.map((size, i) => size - ((from[i] - 1) * strides[i] + span[i] + 1 - pads[i] - pads[i + 2]));
}

/** Attributes of a Conv or ConvTranspose node. */
export function attributesOfGeometry({ kernel, strides, dilations, pads, group }: Geometry) {
  return { kernel_shape: kernel, strides, dilations, pads, group };
}
