import { float32, int64, sizeOf, type GraphBuilder, type Value } from '@gradsign/onnx';

/** A value's shape, all numbers: gradients are built on specialised graphs. */
export function dims(value: Value): number[] {
  return value.shape.map((dim) => {
    if (typeof dim !== 'number') {
      throw new TypeError(
        `value "${value.name}" has the symbolic size ${dim}: specialise the graph before differentiating`,
      );
    }
    return dim;
  });
}

/** An axis, which may count from the end, as one in [0, rank). */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** 0, 1, …, count − 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A one-dimensional int64 constant: a shape, axes or positions. */
export function integers(builder: GraphBuilder, values: readonly number[]): Value {
  return builder.constant(int64(values));
}

export function scalar(builder: GraphBuilder, value: number): Value {
  return builder.constant(float32([value], []));
}

/** x / divisor, exact in any precision for an integer divisor (a reciprocal constant would be rounded to float32). */
export function divide(builder: GraphBuilder, x: Value, divisor: number): Value {
  return divisor === 1 ? x : builder.node('Div', [x, scalar(builder, divisor)]);
}

/** The value with another shape of the same size; the value itself when it has the shape. */
export function reshape(builder: GraphBuilder, x: Value, shape: readonly number[]): Value {
  return dims(x).join() === shape.join() ? x : builder.node('Reshape', [x, integers(builder, shape)]);
}

/** [B, …] as matrices [B, rows, rest]. */
export function matrices(builder: GraphBuilder, x: Value, rows: number): Value {
  const [batch, ...rest] = dims(x);
  return reshape(builder, x, [batch, rows, sizeOf(rest) / rows]);
}

/** […, H, W] → […, H·W]. */
export function flatSpace(builder: GraphBuilder, x: Value): Value {
  const shape = dims(x);
  return reshape(builder, x, [...shape.slice(0, -2), sizeOf(shape.slice(-2))]);
}

export function reduceSum(builder: GraphBuilder, x: Value, axes: readonly number[], keepdims: boolean): Value {
  return axes.length === 0
    ? x
    : builder.node('ReduceSum', [x, integers(builder, axes)], { keepdims: keepdims ? 1 : 0 });
}

/**
 * Sum over the first axis, [B, …] → [1, elements]. As a product with a row of ones: engines run it an order of
 * magnitude faster than a reduction of the outermost axis.
 * @param name of the result; default: as the builder names it
 */
export function sumSamples(builder: GraphBuilder, x: Value, name?: string): Value {
  const [batch, ...shape] = dims(x);
  const ones = builder.constant(float32(new Float32Array(batch).fill(1), [1, batch]));
  return builder.node('MatMul', [ones, reshape(builder, x, [batch, sizeOf(shape)])], {}, name);
}

/** Mean over axes, which keep a size of 1. */
export function mean(builder: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return builder.node('ReduceMean', [x], { axes, keepdims: 1 });
}

/** Sums a cotangent over the axes along which a value of `shape` was broadcast. */
export function unbroadcast(builder: GraphBuilder, cotangent: Value, shape: readonly number[]): Value {
  const from = dims(cotangent);
  const lead = from.length - shape.length;
  const axes = range(from.length).filter((axis) => axis < lead || (shape[axis - lead] === 1 && from[axis] !== 1));
  return reshape(builder, reduceSum(builder, cotangent, axes, true), shape);
}

export function transpose(builder: GraphBuilder, x: Value, perm: readonly number[]): Value {
  return perm.every((axis, i) => axis === i) ? x : builder.node('Transpose', [x], { perm });
}

/** The matrices in the last two axes, transposed. */
export function matrixTranspose(builder: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  return transpose(builder, x, [...range(rank - 2), rank - 1, rank - 2]);
}

export function broadcastTo(builder: GraphBuilder, x: Value, shape: readonly number[]): Value {
  return dims(x).join() === shape.join() ? x : builder.node('Expand', [x, integers(builder, shape)]);
}

/** A part of a value; ends may exceed an axis, negative steps walk backwards. */
export function slice(
  builder: GraphBuilder,
  x: Value,
  { starts, ends, axes, steps = axes.map(() => 1) }: SliceOptions,
): Value {
  return builder.node('Slice', [x, ...[starts, ends, axes, steps].map((list) => integers(builder, list))]);
}

export interface SliceOptions {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes: readonly number[];
  /** Default: 1. */
  readonly steps?: readonly number[];
}

/** Zeros around a value, or (negative) less of it: `begins` and `ends` have one entry an axis. */
export function pad(builder: GraphBuilder, x: Value, begins: readonly number[], ends: readonly number[]): Value {
  const pads = [...begins, ...ends];
  return pads.every((size) => size === 0) ? x : builder.node('Pad', [x, integers(builder, pads)]);
}
