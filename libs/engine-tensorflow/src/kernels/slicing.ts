import type { KernelTable } from '../prepared-node';
import type { TensorFlow, TfTensor } from '../tfjs';

/** Pads each axis before and after; negative pads cut. */
export function padOrCut(
  tf: TensorFlow,
  x: TfTensor,
  pads: readonly (readonly [number, number])[],
  value: number,
): TfTensor {
  const cut = pads.some((pair) => pair.some((pad) => pad < 0));
  const begin = pads.map(([before]) => Math.max(0, -before));
  const size = pads.map(([, after], axis) => x.shape[axis] - begin[axis] - Math.max(0, -after));
  const kept = cut ? tf.slice(x, begin, size) : x;
  const room = pads.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const);
  return room.some((pair) => pair.some((pad) => pad > 0)) ? tf.pad(kept, room, value) : tf.clone(kept);
}

export const slicing: KernelTable = {
  Slice: (node) => {
    const { tf, output } = node;
    const { shape } = node.input(0);
    const begin = shape.map(() => 0);
    const steps = shape.map(() => 1);
    const starts = node.numbers(1);
    const axes = node.has(3) ? node.numbers(3) : [...starts.keys()];
    axes.forEach((given, i) => {
      const axis = node.axis(given);
      steps[axis] = node.has(4) ? node.numbers(4)[i] : 1;
      const first = starts[i] < 0 ? starts[i] + shape[axis] : starts[i];
      begin[axis] = Math.min(Math.max(first, 0), steps[axis] > 0 ? shape[axis] : shape[axis] - 1);
    });
    if (steps.every((step) => step === 1) || output.shape.includes(0)) {
      return (operand) => tf.slice(operand(0), begin, output.shape);
    }
    const end = output.shape.map((count, axis) => begin[axis] + (count - 1) * steps[axis] + Math.sign(steps[axis]));
    // An end below 0 would count from the axis' end; the mask says that the slice goes all the way.
    const mask = end.reduce((bits, value, axis) => (value < 0 ? bits | (1 << axis) : bits), 0);
    return (operand) => tf.stridedSlice(operand(0), begin, end, steps, 0, mask);
  },
  Split: (node) => {
    const { tf } = node;
    const axis = node.axis(node.attributes.int('axis'));
    const { shape } = node.input(0);
    const even = () => node.outputs.map(() => shape[axis] / node.outputs.length);
    const sizes = node.has(1) ? node.numbers(1) : even();
    return (operand) => {
      let start = 0;
      return sizes.map((size) => {
        const begin = shape.map((_, a) => (a === axis ? start : 0));
        start += size;
        return tf.slice(
          operand(0),
          begin,
          shape.map((full, a) => (a === axis ? size : full)),
        );
      });
    };
  },
  Pad: (node) => {
    const pads = node.numbers(1);
    const value = node.has(2) ? node.numbers(2)[0] : 0;
    const rank = pads.length / 2;
    const pairs = Array.from({ length: rank }, (_, axis) => [pads[axis], pads[axis + rank]] as const);
    return (operand) => padOrCut(node.tf, operand(0), pairs, value);
  },
};
