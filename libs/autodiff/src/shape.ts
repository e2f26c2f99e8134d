import { float32, int64, type GraphBuilder, type Value } from '@gradsign/onnx';

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

/** The value with another shape of the same size; the value itself when it has the shape. */
export function reshape(builder: GraphBuilder, x: Value, shape: readonly number[]): Value {
  return dims(x).join() === shape.join() ? x : builder.node('Reshape', [x, builder.constant(int64(shape))]);
}

export function scalar(builder: GraphBuilder, value: number): Value {
  return builder.constant(float32([value], []));
}

export function reduceSum(builder: GraphBuilder, x: Value, axes: readonly number[], keepdims: boolean): Value {
  return axes.length === 0
    ? x
    : builder.node('ReduceSum', [x, builder.constant(int64(axes))], { keepdims: keepdims ? 1 : 0 });
}

/** Sums a cotangent over the axes along which a value of `shape` was broadcast. */
export function unbroadcast(builder: GraphBuilder, cotangent: Value, shape: readonly number[]): Value {
  const from = dims(cotangent);
  const lead = from.length - shape.length;
  const axes = from.flatMap((size, axis) => (axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : []));
  return reshape(builder, reduceSum(builder, cotangent, axes, true), shape);
}

export function transpose(builder: GraphBuilder, x: Value, perm: readonly number[]): Value {
  return builder.node('Transpose', [x], { perm });
}

/** The matrices in the last two axes, transposed. */
export function matrixTranspose(builder: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  const perm = [...Array(rank).keys()];
  [perm[rank - 1], perm[rank - 2]] = [rank - 2, rank - 1];
  return transpose(builder, x, perm);
}

export function broadcastTo(builder: GraphBuilder, x: Value, shape: readonly number[]): Value {
  return builder.node('Expand', [x, builder.constant(int64(shape))]);
}
