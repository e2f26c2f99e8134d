import type { GraphBuilder, Value } from '@gradsign/onnx';
import { reshape, transpose } from './shape';

/** An order of a weight's elements: of shape `shape`, they become the weight's own after a transposition by `perm`. */
export interface Layout {
  readonly shape: readonly number[];
  readonly perm: readonly number[];
}

/** Brings elements that are ordered by a layout into `shape`, the weight's own, behind the axes `lead`. */
export function restore(
  builder: GraphBuilder,
  x: Value,
  layout: Layout | undefined,
  shape: readonly number[],
  lead: readonly number[] = [],
): Value {
  if (layout === undefined) return reshape(builder, x, [...lead, ...shape]);
  const perm = [...lead.keys(), ...layout.perm.map((axis) => axis + lead.length)];
  const ordered = transpose(builder, reshape(builder, x, [...lead, ...layout.shape]), perm);
  return reshape(builder, ordered, [...lead, ...shape]);
}
