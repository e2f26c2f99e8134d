import type { Kernel, KernelTable, PreparedNode } from '../prepared-node';
import { channelsFirst, channelsLast, plane, windowOf, type Pair, type Window } from '../planes';
import type { TensorFlow, TfTensor } from '../tfjs';
import { padOrCut } from './slicing';

function padded(tf: TensorFlow, x: TfTensor, { before, after }: Window, value: number): TfTensor {
  const pairs = [
    [0, 0],
    [before[0], after[0]],
    [before[1], after[1]],
    [0, 0],
  ] as const;
  return padOrCut(tf, x, pairs, value);
}

/** A pooling over images [N, H, W, C], given its window and the kernel's sizes. */
type Pool = (node: PreparedNode, window: Window, kernel: Pair) => (image: TfTensor) => TfTensor;

function pool(dilated: boolean, prepare: Pool): Kernel {
  return (node) => {
    const { tf, attributes, output } = node;
    const kernel = attributes.ints('kernel_shape');
    const run = prepare(node, windowOf(node, kernel.length, dilated), plane(node, kernel));
    return (operand) => channelsFirst(tf, run(channelsLast(tf, operand(0))), output.shape);
  };
}

/** How many positions of each window along an axis lie inside the input. */
function inside(size: number, count: number, kernel: number, stride: number, before: number): number[] {
  return Array.from({ length: count }, (_, o) => {
    const first = o * stride - before;
    return Math.min(first + kernel, size) - Math.max(first, 0);
  });
}

const average: Pool = (node, window, kernel) => {
  const { tf } = node;
  const [height, width] = plane(node, node.input(0).shape.slice(2));
  const [rows, columns] = plane(node, node.output.shape.slice(2));
  const down = inside(height, rows, kernel[0], window.strides[0], window.before[0]);
  const across = inside(width, columns, kernel[1], window.strides[1], window.before[1]);
  const counted = node.attributes.int('count_include_pad') !== 0;
  const full = kernel[0] * kernel[1];
  // TensorFlow.js divides by the whole window, which here has padding in it.
  const correction = Float32Array.from({ length: rows * columns }, (_, i) =>
    counted ? 1 : full / (down[Math.floor(i / columns)] * across[i % columns]),
  );
  const exact = correction.every((factor) => factor === 1);
  return (image) => {
    const mean = tf.avgPool(padded(tf, image, window, 0), kernel, window.strides, 'valid');
    return exact ? mean : tf.mul(mean, tf.tensor(correction, [1, rows, columns, 1], 'float32'));
  };
};

const maximum: Pool = (node, window, kernel) => {
  const { tf } = node;
  const { strides, dilations } = window;
  if (dilations.every((dilation) => dilation === 1)) {
    return (image) => tf.maxPool(padded(tf, image, window, -Infinity), kernel, strides, 'valid');
  }
  // TensorFlow.js has no dilated pooling: the maximum over one strided slice for each position in the window.
  const [rows, columns] = plane(node, node.output.shape.slice(2));
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, tap): Pair => [
    Math.floor(tap / kernel[1]) * dilations[0],
    (tap % kernel[1]) * dilations[1],
  ]);
  return (image) => {
    const wide = padded(tf, image, window, -Infinity);
    const [batch, , , channels] = wide.shape;
    return taps
      .map(([top, left]) => {
        const end = [batch, top + (rows - 1) * strides[0] + 1, left + (columns - 1) * strides[1] + 1, channels];
        return tf.stridedSlice(wide, [0, top, left, 0], end, [1, ...strides, 1], 0, 0);
      })
      .reduce((largest, tap) => tf.maximum(largest, tap));
  };
};

export const pooling: KernelTable = {
  AveragePool: pool(false, average),
  MaxPool: pool(true, maximum),
  GlobalAveragePool: (node) => {
    const axes = [...node.input(0).shape.keys()].slice(2);
    return (operand) => node.tf.mean(operand(0), axes, true);
  },
};
