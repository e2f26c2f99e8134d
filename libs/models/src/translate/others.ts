import { float32, int64, sizeOf, type Value } from '@gradsign/onnx';
import { numbersOf } from '../evaluate';
import { ModelError } from '../model-error';
import type { Translation } from './translator';

/** Any number of values added from left to right. */
const sum: Translation = (t, node) => {
  const values = node.inputs.map((_, i) => t.required(node, i));
  if (values.length === 0) throw ModelError.of(node, 'has no inputs');
  return [values.reduce((a, b) => t.builder.node('Add', [a, b]))];
};

/** Operators that others stand for. */
export const otherTranslations: Readonly<Record<string, Translation>> = {
  Sum: sum,
  Mean: (t, node) => {
    const [total] = sum(t, node);
    return [t.builder.node('Div', [total, t.builder.constant(float32([node.inputs.length], []))])];
  },
  /** A network that is scored drops nothing out. */
  Dropout: (t, node) => [t.required(node, 0)],
  ReduceMin: (t, node) => {
    const negative = t.builder.node('Neg', [t.required(node, 0)]);
    return [t.builder.node('Neg', [t.builder.node('ReduceMax', [negative], node.attributes)])];
  },
  ReduceL2: (t, node) => {
    const x = t.required(node, 0);
    const { axes = [...x.shape.keys()], keepdims = 1 } = node.attributes;
    const squares = t.builder.node('Mul', [x, x]);
    const along = t.builder.constant(int64(Array.isArray(axes) ? (axes as number[]) : []));
    return [t.builder.node('Sqrt', [t.builder.node('ReduceSum', [squares, along], { keepdims })])];
  },
  /** All of an axis that depends on the batch is what other slices of it cannot be. */
  Slice: (t, node) => {
    const x = t.required(node, 0);
    const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => t.constant(node.inputs[i] ?? ''));
    const from = starts && numbersOf(starts);
    if (!from || !ends) throw ModelError.of(node, 'its starts and ends must follow from constants and shapes');
    const along = axes ? numbersOf(axes) : from.map((_, i) => i);
    const step = steps ? numbersOf(steps) : from.map(() => 1);
    const cuts = from.flatMap((start, i) => {
      const axis = along?.[i] ?? 0;
      const whole = start === 0 && step?.[i] === 1 && ends.data[i] === x.shape[axis < 0 ? axis + x.shape.length : axis];
      return whole ? [] : [i];
    });
    if (cuts.length === 0) return [x];
    const lists = [from, Array.from(ends.data), along, step].map((list) => cuts.map((i) => Number(list?.[i])));
    if (lists.some((list) => !list.every((value) => Number.isSafeInteger(value)))) {
      throw ModelError.of(node, 'its positions must be whole numbers that do not depend on the batch');
    }
    const inputs: Value[] = [x, ...lists.map((list) => t.builder.constant(int64(list)))];
    return [t.builder.node('Slice', inputs, {}, t.nameFor(node))];
  },
  /** Channels in groups, each group of an image normalised by its own statistics; scale and shift are per channel. */
  GroupNormalization: (t, node) => {
    const [x, scale, shift] = [0, 1, 2].map((i) => t.required(node, i));
    const [, channels, ...space] = x.shape.map(Number);
    const groups = Number(node.attributes.num_groups);
    if (!(groups > 0) || channels % groups !== 0 || space.length === 0) {
      throw ModelError.of(node, `its input [${x.shape.join(',')}] does not have channels in ${groups} groups`);
    }
    const ones = t.builder.constant(float32(new Float32Array(groups).fill(1)));
    const zeros = t.builder.constant(float32(new Float32Array(groups)));
    const { epsilon = 1e-5 } = node.attributes;
    const rows = t.builder.node('Reshape', [
      x,
      t.builder.constant(int64([0, groups, (channels / groups) * sizeOf(space)])),
    ]);
    const normal = t.builder.node('InstanceNormalization', [rows, ones, zeros], { epsilon }, t.nameFor(node));
    const back = t.builder.node('Reshape', [normal, t.builder.constant(int64([0, channels, ...space]))]);
    const onChannels = (value: Value) => {
      const size = sizeOf(value.shape.map(Number));
      // Until operator set 21 there is one for each group.
      const each = size === groups && size !== channels ? perChannel(value, channels / groups) : value;
      return t.builder.node('Reshape', [each, t.builder.constant(int64([channels, ...space.map(() => 1)]))]);
    };
    const perChannel = (value: Value, count: number) => {
      const column = t.builder.node('Reshape', [value, t.builder.constant(int64([groups, 1]))]);
      return t.builder.node('Expand', [column, t.builder.constant(int64([groups, count]))]);
    };
    return [t.builder.node('Add', [t.builder.node('Mul', [back, onChannels(scale)]), onChannels(shift)])];
  },
};
