import type { Value } from '@gradsign/onnx';
import type { Rule, RuleContext, RuleTable } from '../rule';
import { broadcastTo, dims, reshape, scalar } from '../shape';

/** Every input element gets its output's cotangent, times a factor. */
function spread({ builder, inputs, cotangents }: RuleContext, axes: readonly number[], factor: number): Value {
  const shape = dims(inputs[0]!);
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const cotangent = reshape(builder, cotangents[0]!, kept);
  const scaled = factor === 1 ? cotangent : builder.node('Mul', [cotangent, scalar(builder, factor)]);
  return broadcastTo(builder, scaled, shape);
}

function normalizeAxes(axes: readonly number[], rank: number): number[] {
  return axes.length === 0 ? [...Array(rank).keys()] : axes.map((axis) => (axis + rank) % rank);
}

const reduceSumRule: Rule = (context) => {
  const { builder, inputs } = context;
  const axes = inputs[1] ? [...(builder.constantOf(inputs[1])!.data as BigInt64Array)].map(Number) : [];
  return [spread(context, normalizeAxes(axes, inputs[0]!.shape.length), 1)];
};

const reduceMeanRule: Rule = (context) => {
  const shape = dims(context.inputs[0]!);
  const axes = normalizeAxes(context.attributes.ints('axes', []), shape.length);
  const count = axes.reduce((product, axis) => product * shape[axis], 1);
  return [spread(context, axes, 1 / count)];
};

export const reduction: RuleTable = {
  ReduceSum: reduceSumRule,
  ReduceMean: reduceMeanRule,
  GlobalAveragePool: (context) => {
    const [, , ...space] = dims(context.inputs[0]!);
    const axes = space.map((_, i) => i + 2);
    return [spread(context, axes, 1 / space.reduce((a, b) => a * b, 1))];
  },
};
