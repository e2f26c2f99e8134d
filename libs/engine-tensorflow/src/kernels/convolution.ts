import type { KernelTable, PreparedNode } from '../prepared-node';
import { channelsFirst, channelsLast, plane, windowOf, type Pair } from '../planes';
import type { TensorFlow, TfTensor } from '../tfjs';
import { padOrCut } from './slicing';

/** A kernel [A, B, H, W] with its taps pulled apart by zeros: TensorFlow.js does not dilate everywhere. */
function dilate(tf: TensorFlow, w: TfTensor, [down, across]: Pair): TfTensor {
  if (down === 1 && across === 1) return w;
  const [a, b, height, width] = w.shape;
  const apart = tf.pad(
    tf.reshape(w, [a * b, height, 1, width, 1]),
    [
      [0, 0],
      [0, 0],
      [0, down - 1],
      [0, 0],
      [0, across - 1],
    ],
    0,
  );
  const joined = tf.reshape(apart, [a, b, height * down, width * across]);
  return tf.slice(joined, [0, 0, 0, 0], [a, b, (height - 1) * down + 1, (width - 1) * across + 1]);
}

/** The weight as [A, B, H, W], dilated. */
function weightOf(node: PreparedNode): (w: TfTensor) => TfTensor {
  const { shape } = node.input(1);
  const image = [shape[0], shape[1], ...plane(node, shape.slice(2))];
  const { dilations } = windowOf(node, shape.length - 2);
  return (w) => dilate(node.tf, node.tf.reshape(w, image), dilations);
}

/** Part `index` of `count` equal parts along an axis. */
function part(tf: TensorFlow, x: TfTensor, axis: number, index: number, count: number): TfTensor {
  const size = x.shape[axis] / count;
  return tf.slice(
    x,
    x.shape.map((_, a) => (a === axis ? index * size : 0)),
    x.shape.map((full, a) => (a === axis ? size : full)),
  );
}

/** Runs each group of channels of an image [N, H, W, C] with its part of the weight [A, B, H, W] (along axis 0). */
function grouped(
  tf: TensorFlow,
  [image, w]: readonly [TfTensor, TfTensor],
  count: number,
  run: (image: TfTensor, w: TfTensor) => TfTensor,
): TfTensor {
  if (count === 1) return run(image, w);
  const parts = Array.from({ length: count }, (_, g) => run(part(tf, image, 3, g, count), part(tf, w, 0, g, count)));
  return tf.concat(parts, 3);
}

/** The result with channels first, and the bias added to it where there is one. */
function finish(node: PreparedNode, y: TfTensor, bias: TfTensor | undefined): TfTensor {
  const { tf, output } = node;
  return channelsFirst(tf, bias === undefined ? y : tf.add(y, bias), output.shape);
}

export const convolution: KernelTable = {
  Conv: (node) => {
    const { tf, attributes } = node;
    const group = attributes.int('group');
    const [outputs, perGroup] = node.input(1).shape;
    const { strides, before, after } = windowOf(node, node.input(1).shape.length - 2);
    const pads = [
      [0, 0],
      [before[0], after[0]],
      [before[1], after[1]],
      [0, 0],
    ] as const;
    const weight = weightOf(node);
    // TensorFlow's depthwise convolution wants equal strides.
    const depthwise = group > 1 && perGroup === 1 && strides[0] === strides[1];
    return (operand) => {
      const image = padOrCut(tf, channelsLast(tf, operand(0)), pads, 0);
      const bias = node.has(2) ? operand(2) : undefined;
      const w = weight(operand(1));
      if (!depthwise) {
        const run = (x: TfTensor, v: TfTensor) => tf.conv2d(x, tf.transpose(v, [2, 3, 1, 0]), strides, 'valid');
        return finish(node, grouped(tf, [image, w], group, run), bias);
      }
      const filter = tf.reshape(w, [group, outputs / group, w.shape[2], w.shape[3]]);
      return finish(node, tf.depthwiseConv2d(image, tf.transpose(filter, [2, 3, 0, 1]), strides, 'valid'), bias);
    };
  },
  /** Without padding first; then what padding cuts off is cut, and what the output padding adds is added. */
  ConvTranspose: (node) => {
    const { tf, attributes } = node;
    const group = attributes.int('group');
    const spatial = node.input(1).shape.slice(2);
    const { strides, before, after } = windowOf(node, spatial.length);
    const zeros = spatial.map(() => 0);
    const extra = plane(node, attributes.ints('output_padding', zeros), 0);
    const pads = [
      [0, 0],
      [-before[0], extra[0] - after[0]],
      [-before[1], extra[1] - after[1]],
      [0, 0],
    ] as const;
    const weight = weightOf(node);
    return (operand) => {
      const run = (x: TfTensor, v: TfTensor) => {
        const [batch, height, width] = x.shape;
        const [, channels, tall, wide] = v.shape;
        const full = [batch, (height - 1) * strides[0] + tall, (width - 1) * strides[1] + wide, channels];
        return tf.conv2dTranspose(x, tf.transpose(v, [2, 3, 1, 0]), full, strides, 'valid');
      };
      const y = grouped(tf, [channelsLast(tf, operand(0)), weight(operand(1))], group, run);
      return finish(node, padOrCut(tf, y, pads, 0), node.has(2) ? operand(2) : undefined);
    };
  },
};
