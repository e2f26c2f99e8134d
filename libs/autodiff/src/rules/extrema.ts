import { dataTypeCodes, type GraphBuilder, type Value } from '@gradsign/onnx';
import { notDifferentiable, type Rule, type RuleTable } from '../rule';
import { axisOf, broadcastTo, dims, range, reduceSum, reshape, unbroadcast } from '../shape';

/** 1 where two values are equal, else 0. */
function indicator(builder: GraphBuilder, a: Value, b: Value): Value {
  return builder.node('Cast', [builder.node('Equal', [a, b])], { to: dataTypeCodes[a.dtype] });
}

/** Inputs that are equally extreme share the cotangent equally. */
const extremum: Rule = ({ builder, inputs, outputs, cotangents, wants }) => {
  const chosen = (inputs as Value[]).map((input) => indicator(builder, input, outputs[0]!));
  const count = chosen.reduce((a, b) => builder.node('Add', [a, b]));
  const share = builder.node('Div', [cotangents[0], count]);
  return chosen.map((one, i) =>
    wants(i) ? unbroadcast(builder, builder.node('Mul', [share, one]), dims(inputs[i]!)) : undefined,
  );
};

export const extrema: RuleTable = {
  Max: extremum,
  Min: extremum,
  /** Elements that are equally large share the cotangent equally. */
  ReduceMax: ({ builder, attributes, inputs: [x], outputs, cotangents }) => {
    const shape = dims(x!);
    const listed = attributes.ints('axes', []).map((axis) => axisOf(axis, shape.length));
    const axes = listed.length > 0 ? listed : range(shape.length);
    const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const chosen = indicator(builder, x!, broadcastTo(builder, reshape(builder, outputs[0]!, kept), shape));
    const count = reduceSum(builder, chosen, axes, true);
    const share = builder.node('Div', [reshape(builder, cotangents[0]!, kept), count]);
    return [builder.node('Mul', [share, chosen])];
  },
  /** The bounds are constants; at a bound the derivative is 1. */
  Clip: (context) => {
    const { builder, inputs, outputs, cotangents, wants } = context;
    if (wants(1) || wants(2)) notDifferentiable(context, 'its bounds must be constant');
    return [builder.node('Mul', [cotangents[0], indicator(builder, inputs[0]!, outputs[0]!)])];
  },
};
