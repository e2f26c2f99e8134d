import type { Call } from './call';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { ceil, floor, max, min } = Math;

/** A sliding window over two spatial axes. One spatial axis counts as two, the first of size 1. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Padding before each axis; what is after it follows from the sizes. */
  readonly pads: readonly [number, number];
}

/** The window of a call; `kernel` are the kernel's spatial sizes. */
export function windowOf(call: Call, kernel: readonly number[], dilated: boolean): Window {
  const ones = kernel.map(() => 1);
  const list = (name: string, fallback: readonly number[]) => call.attributes.ints(name, fallback);
  return {
    kernel: plane(call, kernel),
    strides: plane(call, list('strides', ones)),
    dilations: plane(call, dilated ? list('dilations', ones) : ones),
    pads: plane(call, list('pads', [...ones, ...ones].fill(0)).slice(0, kernel.length), 0),
  };
}

/** A list with one entry per spatial axis as one for two axes. */
export function plane(call: Call, list: readonly number[], missing = 1): [number, number] {
  if (list.length > 2) call.unsupported(`windows over ${list.length} axes are not implemented`);
  return list.length === 1 ? [missing, list[0]] : [list[0], list[1]];
}

/**
 * Half-open range of window positions `o` for which `o · stride + tap − pad` lies in [0, size): those at which a
 * tap of the kernel meets the input and not the padding.
 */
export function positions(size: number, count: number, stride: number, tap: number, pad: number): [number, number] {
  const first = max(0, ceil((pad - tap) / stride));
  const last = min(count - 1, floor((size - 1 + pad - tap) / stride));
  return [first, last + 1];
}
