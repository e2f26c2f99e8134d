import { sizeOf } from '@gradsign/onnx';
import type { KernelTable } from '../prepared-node';

export const matrix: KernelTable = {
  MatMul: (node) => {
    const { tf, output } = node;
    const [a, b] = [node.input(0).shape, node.input(1).shape];
    const left = a.length === 1 ? [1, ...a] : a;
    const right = b.length === 1 ? [...b, 1] : b;
    const [rows, inner, columns] = [left[left.length - 2], left[left.length - 1], right[right.length - 1]];
    if (right.length === 2) {
      const flat = [sizeOf(left) / inner, inner];
      return (operand) =>
        tf.reshape(tf.matMul(tf.reshape(operand(0), flat), tf.reshape(operand(1), right)), output.shape);
    }
    // TensorFlow.js broadcasts batch axes of equal product only: repeat them, and make one of them all.
    const axes = Math.max(left.length, right.length) - 2;
    const batch = output.shape.slice(0, axes);
    const count = sizeOf(batch);
    return (operand) => {
      const [x, y] = [tf.reshape(operand(0), left), tf.reshape(operand(1), right)];
      const product = tf.matMul(
        tf.reshape(tf.broadcastTo(x, [...batch, rows, inner]), [count, rows, inner]),
        tf.reshape(tf.broadcastTo(y, [...batch, inner, columns]), [count, inner, columns]),
      );
      return tf.reshape(product, output.shape);
    };
  },
  Gemm: (node) => {
    const { tf, attributes } = node;
    const [transA, transB] = [attributes.int('transA') !== 0, attributes.int('transB') !== 0];
    const [alpha, beta] = [attributes.float('alpha'), attributes.float('beta')];
    return (operand) => {
      const product = tf.mul(tf.matMul(operand(0), operand(1), transA, transB), tf.scalar(alpha));
      return node.has(2) ? tf.add(product, tf.mul(operand(2), tf.scalar(beta))) : product;
    };
  },
};
