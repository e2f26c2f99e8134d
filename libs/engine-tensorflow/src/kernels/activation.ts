import type { Kernel, KernelTable } from '../prepared-node';
import type { TensorFlow, TfTensor } from '../tfjs';
import { mapped } from './elementwise';

/** Softmax, or its logarithm, along any axis (TensorFlow.js has the last only); the maximum is taken off first. */
function alongAxis(finish: (tf: TensorFlow, shifted: TfTensor, sum: TfTensor) => TfTensor): Kernel {
  return (node) => {
    const { tf } = node;
    const axes = [node.axis(node.attributes.int('axis'))];
    return (operand) => {
      const shifted = tf.sub(operand(0), tf.max(operand(0), axes, true));
      return finish(tf, shifted, tf.sum(tf.exp(shifted), axes, true));
    };
  };
}

function hardSigmoid(tf: TensorFlow, x: TfTensor, alpha: number, beta: number): TfTensor {
  return tf.minimum(tf.maximum(tf.add(tf.mul(x, tf.scalar(alpha)), tf.scalar(beta)), tf.scalar(0)), tf.scalar(1));
}

export const activation: KernelTable = {
  Relu: mapped((tf, x) => tf.relu(x)),
  Sigmoid: mapped((tf, x) => tf.sigmoid(x)),
  Tanh: mapped((tf, x) => tf.tanh(x)),
  Erf: mapped((tf, x) => tf.erf(x)),
  HardSigmoid: ({ tf, attributes }) => {
    const [alpha, beta] = [attributes.float('alpha'), attributes.float('beta')];
    return (operand) => hardSigmoid(tf, operand(0), alpha, beta);
  },
  HardSwish: mapped((tf, x) => tf.mul(x, hardSigmoid(tf, x, 1 / 6, 0.5))),
  Softmax: alongAxis((tf, shifted, sum) => tf.div(tf.exp(shifted), sum)),
  LogSoftmax: alongAxis((tf, shifted, sum) => tf.sub(shifted, tf.log(sum))),
  Dropout: mapped((tf, x) => tf.clone(x)),
};
