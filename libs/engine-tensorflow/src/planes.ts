import type { PreparedNode } from './prepared-node';
import type { TensorFlow, TfTensor } from './tfjs';

/** Values of the two spatial axes. */
export type Pair = readonly [number, number];

/** A sliding window over two spatial axes. One spatial axis counts as two, the first of size 1. */
export interface Window {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly before: Pair;
  readonly after: Pair;
}

/** A list with an entry for each spatial axis as one for two axes. */
export function plane(node: PreparedNode, list: readonly number[], missing = 1): Pair {
  if (list.length > 2) node.unsupported(`windows over ${list.length} axes are not implemented`);
  return list.length === 1 ? [missing, list[0]] : [list[0], list[1]];
}

/** The window of a call with `rank` spatial axes. */
export function windowOf(node: PreparedNode, rank: number, dilated = true): Window {
  const ones = new Array<number>(rank).fill(1);
  const list = (name: string) => node.attributes.ints(name, ones);
  const pads = node.attributes.ints('pads', [...ones, ...ones].fill(0));
  return {
    strides: plane(node, list('strides')),
    dilations: plane(node, dilated ? list('dilations') : ones),
    before: plane(node, pads.slice(0, rank), 0),
    after: plane(node, pads.slice(rank), 0),
  };
}

/** [N, C, H, W] (or [N, C, W]) as TensorFlow.js wants it: [N, H, W, C]. */
export function channelsLast(tf: TensorFlow, x: TfTensor): TfTensor {
  const [batch, channels] = x.shape;
  const image = x.shape.length === 3 ? tf.reshape(x, [batch, channels, 1, x.shape[2]]) : x;
  return tf.transpose(image, [0, 2, 3, 1]);
}

/** Back from [N, H, W, C] to a shape with channels on axis 1. */
export function channelsFirst(tf: TensorFlow, y: TfTensor, shape: readonly number[]): TfTensor {
  return tf.reshape(tf.transpose(y, [0, 3, 1, 2]), shape);
}
