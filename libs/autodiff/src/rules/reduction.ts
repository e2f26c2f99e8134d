import { sizeOf, type Value } from '@gradsign/onnx';
import type { RuleContext, RuleTable } from '../rule';
import { axisOf, broadcastTo, dims, divide, range, reshape } from '../shape';

/** Every input element gets its output's cotangent, divided by a number. */
function spread({ builder, inputs, cotangents }: RuleContext, axes: readonly number[], divisor: number): Value {
  const shape = dims(inputs[0]!);
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return broadcastTo(builder, divide(builder, reshape(builder, cotangents[0]!, kept), divisor), shape);
}

/** Axes in [0, rank); none stands for all. */
function reducedAxes(axes: readonly number[], rank: number): number[] {
  return axes.length === 0 ? range(rank) : axes.map((axis) => axisOf(axis, rank));
}

export const reduction: RuleTable = {
  ReduceSum: (context) => {
    const { attributes, builder, inputs } = context;
    const rank = inputs[0]!.shape.length;
    const axes = inputs[1] ? Array.from(builder.constantOf(inputs[1])!.data as BigInt64Array, Number) : [];
    const nothing = axes.length === 0 && attributes.int('noop_with_empty_axes') === 1;
    return [spread(context, nothing ? [] : reducedAxes(axes, rank), 1)];
  },
  ReduceMean: (context) => {
    const shape = dims(context.inputs[0]!);
    const axes = reducedAxes(context.attributes.ints('axes', []), shape.length);
    return [spread(context, axes, sizeOf(axes.map((axis) => shape[axis])))];
  },
  GlobalAveragePool: (context) => {
    const [, , ...space] = dims(context.inputs[0]!);
    const axes = space.map((_, i) => i + 2);
    return [spread(context, axes, sizeOf(space))];
  },
};
