import { dataTypeCodes, type GraphBuilder, type Value } from '@gradsign/onnx';
import { type RuleContext, type RuleTable } from '../rule';
import { axisOf, dims, divide, reduceSum, scalar, unbroadcast } from '../shape';
import { step } from '../step-function';

/** Sum along the node's axis, which keeps a size of 1. */
function alongAxis({ builder, attributes }: RuleContext, x: Value): Value {
  return reduceSum(builder, x, [axisOf(attributes.int('axis'), x.shape.length)], true);
}

/** 1 where 0 < x < 1, else 0. */
function within(builder: GraphBuilder, x: Value): Value {
  const inside = builder.node('And', [
    builder.node('Greater', [x, scalar(builder, 0)]),
    builder.node('Less', [x, scalar(builder, 1)]),
  ]);
  return builder.node('Cast', [inside], { to: dataTypeCodes[x.dtype] });
}

export const activation: RuleTable = {
  /** The derivative at 0 is 0. */
  Relu: ({ builder, outputs, cotangents }) => [builder.node('Mul', [cotangents[0], step(builder, outputs[0]!, 0)])],
  /** dx = g·y·(1 − y). */
  Sigmoid: ({ builder, outputs: [y], cotangents }) => {
    const slope = builder.node('Mul', [y, builder.node('Sub', [scalar(builder, 1), y])]);
    return [builder.node('Mul', [cotangents[0], slope])];
  },
  /** dx = g·(1 − y²). */
  Tanh: ({ builder, outputs: [y], cotangents }) => {
    const slope = builder.node('Sub', [scalar(builder, 1), builder.node('Mul', [y, y])]);
    return [builder.node('Mul', [cotangents[0], slope])];
  },
  /** dx = g·2/√π·exp(−x²). */
  Erf: ({ builder, inputs: [x], cotangents }) => {
    const bell = builder.node('Exp', [builder.node('Neg', [builder.node('Mul', [x, x])])]);
    const slope = builder.node('Mul', [bell, scalar(builder, 2 / Math.sqrt(Math.PI))]);
    return [builder.node('Mul', [cotangents[0], slope])];
  },
  /** dx = g·α where 0 < y < 1. */
  HardSigmoid: ({ builder, attributes, outputs: [y], cotangents }) => {
    const scaled = builder.node('Mul', [cotangents[0], scalar(builder, attributes.float('alpha'))]);
    return [builder.node('Mul', [scaled, within(builder, y!)])];
  },
  /** y = x·h, h = clip(x/6 + ½, 0, 1): dx = g·(h + x/6 where 0 < h < 1). */
  HardSwish: ({ builder, inputs: [x], cotangents }) => {
    const sixth = divide(builder, x!, 6);
    const line = builder.node('Add', [sixth, scalar(builder, 0.5)]);
    const h = builder.node('Clip', [line, scalar(builder, 0), scalar(builder, 1)]);
    const slope = builder.node('Add', [h, builder.node('Mul', [sixth, within(builder, h)])]);
    return [builder.node('Mul', [cotangents[0], slope])];
  },
  /** As in inference: the identity. */
  Dropout: ({ cotangents }) => [cotangents[0]],
  /** dx = g − softmax(x)·Σg. */
  LogSoftmax: (context) => {
    const { builder, outputs, cotangents } = context;
    const probabilities = builder.node('Exp', [outputs[0]]);
    return [
      builder.node('Sub', [cotangents[0], builder.node('Mul', [probabilities, alongAxis(context, cotangents[0]!)])]),
    ];
  },
  /** dx = y·(g − Σ g·y). */
  Softmax: (context) => {
    const { builder, outputs, cotangents } = context;
    const weighted = builder.node('Mul', [cotangents[0], outputs[0]]);
    return [builder.node('Mul', [outputs[0], builder.node('Sub', [cotangents[0], alongAxis(context, weighted)])])];
  },
  /** The condition is not differentiable; each branch gets the cotangent where it was taken. */
  Where: ({ builder, inputs, cotangents, wants }) => {
    const zero = scalar(builder, 0);
    const [condition, yes, no] = inputs as Value[];
    const [g] = cotangents;
    return [
      undefined,
      wants(1) ? unbroadcast(builder, builder.node('Where', [condition, g, zero]), dims(yes)) : undefined,
      wants(2) ? unbroadcast(builder, builder.node('Where', [condition, zero, g]), dims(no)) : undefined,
    ];
  },
};
