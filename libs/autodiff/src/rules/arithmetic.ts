import { dataTypeCodes, type Value } from '@gradsign/onnx';
import { notDifferentiable, type Rule, type RuleContext, type RuleTable } from '../rule';
import { dims, scalar, unbroadcast } from '../shape';

/** An operator of two broadcast inputs: each side's cotangent has the output's shape and is summed back. */
function binary(sides: readonly ((context: RuleContext, g: Value, a: Value, b: Value) => Value)[]): Rule {
  return (context) => {
    const { builder, inputs, cotangents } = context;
    const [a, b] = inputs as Value[];
    return sides.map((side, i) =>
      context.wants(i) ? unbroadcast(builder, side(context, cotangents[0]!, a, b), dims(inputs[i]!)) : undefined,
    );
  };
}

/** An operator of one input: dx = g · (a function of x and y). */
function unary(derivative: (context: RuleContext, g: Value, x: Value, y: Value) => Value): Rule {
  return (context) => [derivative(context, context.cotangents[0]!, context.inputs[0]!, context.outputs[0]!)];
}

export const arithmetic: RuleTable = {
  Add: binary([(_, g) => g, (_, g) => g]),
  Sub: binary([(_, g) => g, ({ builder }, g) => builder.node('Neg', [g])]),
  Mul: binary([
    ({ builder }, g, _a, b) => builder.node('Mul', [g, b]),
    ({ builder }, g, a) => builder.node('Mul', [g, a]),
  ]),
  Div: binary([
    ({ builder }, g, _a, b) => builder.node('Div', [g, b]),
    ({ builder, outputs }, g, _a, b) =>
      builder.node('Neg', [builder.node('Mul', [g, builder.node('Div', [outputs[0], b])])]),
  ]),
  Neg: unary(({ builder }, g) => builder.node('Neg', [g])),
  Exp: unary(({ builder }, g, _x, y) => builder.node('Mul', [g, y])),
  Log: unary(({ builder }, g, x) => builder.node('Div', [g, x])),
  Sqrt: unary(({ builder }, g, _x, y) => builder.node('Div', [builder.node('Mul', [g, scalar(builder, 0.5)]), y])),
  Reciprocal: unary(({ builder }, g, _x, y) =>
    builder.node('Neg', [builder.node('Mul', [g, builder.node('Mul', [y, y])])]),
  ),
  Abs: unary(({ builder }, g, x) => builder.node('Mul', [g, builder.node('Sign', [x])])),
  /** For one constant exponent e: dx = g · e · x^(e − 1). */
  Pow: (context) => {
    const { builder, inputs, cotangents, wants } = context;
    const exponents = builder.constantOf(inputs[1]!)?.data;
    if (wants(1) || exponents?.length !== 1) notDifferentiable(context, 'the exponent must be one constant');
    const exponent = Number(exponents[0]);
    const power = builder.node('Pow', [inputs[0], scalar(builder, exponent - 1)]);
    return [
      builder.node('Mul', [
        cotangents[0],
        exponent === 1 ? power : builder.node('Mul', [power, scalar(builder, exponent)]),
      ]),
    ];
  },
  Identity: unary((_, g) => g),
  Cast: unary(({ builder }, g, x) => builder.node('Cast', [g], { to: dataTypeCodes[x.dtype] })),
};
