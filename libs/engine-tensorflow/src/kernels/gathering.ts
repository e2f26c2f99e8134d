import { sizeOf } from '@gradsign/onnx';
import type { KernelTable } from '../prepared-node';
import type { TensorFlow, TfTensor } from '../tfjs';

/** Indices along an axis of a size, the negative ones counted from its end. */
function fromStart(tf: TensorFlow, indices: TfTensor, size: number): TfTensor {
  return tf.add(indices, tf.mul(tf.cast(tf.less(indices, tf.scalar(0, 'int32')), 'int32'), tf.scalar(size, 'int32')));
}

export const gathering: KernelTable = {
  Gather: (node) => {
    const { tf, output } = node;
    const axis = node.axis(node.attributes.int('axis'));
    const size = node.input(0).shape[axis];
    const count = [sizeOf(node.input(1).shape)];
    return (operand) => {
      const indices = fromStart(tf, tf.reshape(operand(1), count), size);
      return tf.reshape(tf.gather(operand(0), indices, axis), output.shape);
    };
  },
  /** By offsets into the flat data: each index times its axis' stride, plus what its other coordinates add. */
  GatherElements: (node) => {
    const { tf, output } = node;
    const { shape } = node.input(0);
    const axis = node.axis(node.attributes.int('axis'));
    const stride = (sizes: readonly number[], a: number) => sizeOf(sizes.slice(a + 1));
    const others = Int32Array.from({ length: sizeOf(output.shape) }, (_, i) =>
      output.shape.reduce((offset, size, a) => {
        const position = Math.floor(i / stride(output.shape, a)) % size;
        return a === axis ? offset : offset + position * stride(shape, a);
      }, 0),
    );
    return (operand) => {
      const indices = fromStart(tf, tf.reshape(operand(1), [others.length]), shape[axis]);
      const along = tf.mul(indices, tf.scalar(stride(shape, axis), 'int32'));
      const offsets = tf.add(along, tf.tensor(others, [others.length], 'int32'));
      return tf.reshape(tf.gather(tf.reshape(operand(0), [sizeOf(shape)]), offsets, 0), output.shape);
    };
  },
  /** Compares with 0, 1, … and with -depth, -depth + 1, …: an index outside both has no hot element. */
  OneHot: (node) => {
    const { tf, output } = node;
    const axis = node.axis(node.attributes.int('axis'), output.shape.length);
    const depth = output.shape[axis];
    const { dtype } = node.input(0);
    const column = output.shape.map((_, a) => (a === axis ? depth : 1));
    const spread = output.shape.map((size, a) => (a === axis ? 1 : size));
    return (operand) => {
      const indices = tf.reshape(operand(0), spread);
      const classes = (from: number) => {
        const values = Array.from({ length: depth }, (_, i) => from + i);
        const typed = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
        return tf.tensor(typed, column, dtype);
      };
      const hot = tf.logicalOr(tf.equal(indices, classes(0)), tf.equal(indices, classes(-depth)));
      const [off, on] = [0, 1].map((i) => tf.reshape(tf.slice(operand(2), [i], [1]), []));
      return tf.where(hot, on, off);
    };
  },
};
