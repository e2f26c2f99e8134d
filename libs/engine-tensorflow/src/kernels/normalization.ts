import type { Kernel, KernelTable, PreparedNode } from '../prepared-node';
import type { TensorFlow, TfTensor } from '../tfjs';

/** Mean and variance over axes, which stay with size 1. */
function statistics(tf: TensorFlow, x: TfTensor, axes: readonly number[]): [TfTensor, TfTensor] {
  const mean = tf.mean(x, axes, true);
  return [mean, tf.mean(tf.square(tf.sub(x, mean)), axes, true)];
}

const inverseDeviation = ({ tf, attributes }: PreparedNode, variance: TfTensor): TfTensor =>
  tf.rsqrt(tf.add(variance, tf.scalar(attributes.float('epsilon'))));

/** (x − mean) · inverse deviation · scale + shift. */
function normalise(
  tf: TensorFlow,
  x: TfTensor,
  [mean, inverse, scale, shift]: readonly [TfTensor, TfTensor, TfTensor, TfTensor?],
): TfTensor {
  const scaled = tf.mul(tf.mul(tf.sub(x, mean), inverse), scale);
  return shift === undefined ? scaled : tf.add(scaled, shift);
}

/** The shape of a parameter per channel (axis 1) that broadcasts over the first input. */
const perChannel = (node: PreparedNode): number[] => node.input(0).shape.map((size, axis) => (axis === 1 ? size : 1));

const batch: Kernel = (node) => {
  const { tf, attributes } = node;
  const channel = perChannel(node);
  const axes = [...channel.keys()].filter((axis) => axis !== 1);
  const momentum = attributes.float('momentum');
  const training = attributes.int('training_mode') !== 0;
  return (operand) => {
    const parameter = (index: number) => tf.reshape(operand(index), channel);
    const [mean, variance] = training ? statistics(tf, operand(0), axes) : [parameter(3), parameter(4)];
    const y = normalise(tf, operand(0), [mean, inverseDeviation(node, variance), parameter(1), parameter(2)]);
    if (!training) return y;
    const running = (index: number, now: TfTensor) =>
      tf.add(
        tf.mul(operand(index), tf.scalar(momentum)),
        tf.mul(tf.reshape(now, [channel[1]]), tf.scalar(1 - momentum)),
      );
    return [y, running(3, mean), running(4, variance)];
  };
};

export const normalization: KernelTable = {
  BatchNormalization: batch,
  InstanceNormalization: (node) => {
    const { tf } = node;
    const channel = perChannel(node);
    const axes = [...channel.keys()].slice(2);
    return (operand) => {
      const [mean, variance] = statistics(tf, operand(0), axes);
      const [scale, shift] = [1, 2].map((index) => tf.reshape(operand(index), channel));
      return normalise(tf, operand(0), [mean, inverseDeviation(node, variance), scale, shift]);
    };
  },
  LayerNormalization: (node) => {
    const { tf } = node;
    const axes = [...node.input(0).shape.keys()].slice(node.axis(node.attributes.int('axis')));
    return (operand) => {
      const [mean, variance] = statistics(tf, operand(0), axes);
      const inverse = inverseDeviation(node, variance);
      const shift = node.has(2) ? operand(2) : undefined;
      return [normalise(tf, operand(0), [mean, inverse, operand(1), shift]), mean, inverse];
    };
  },
};
