import type { RuleTable } from '../rule';
import { reduceSum, scalar } from '../shape';

export const activation: RuleTable = {
  /** The derivative at 0 is 0, as PyTorch has it. */
  Relu: ({ builder, outputs, cotangents }) => {
    const zero = scalar(builder, 0);
    return [builder.node('Where', [builder.node('Greater', [outputs[0], zero]), cotangents[0], zero])];
  },
  /** dx = g − softmax(x)·Σg. */
  LogSoftmax: ({ builder, attributes, outputs, cotangents }) => {
    const [g] = cotangents;
    const axis = attributes.int('axis');
    const total = reduceSum(builder, g!, [axis < 0 ? axis + g!.shape.length : axis], true);
    const probabilities = builder.node('Exp', [outputs[0]]);
    return [builder.node('Sub', [g, builder.node('Mul', [probabilities, total])])];
  },
  /** dx = y·(g − Σ g·y). */
  Softmax: ({ builder, attributes, outputs, cotangents }) => {
    const [g] = cotangents;
    const axis = attributes.int('axis');
    const weighted = builder.node('Mul', [g, outputs[0]]);
    const total = reduceSum(builder, weighted, [axis < 0 ? axis + g!.shape.length : axis], true);
    return [builder.node('Mul', [outputs[0], builder.node('Sub', [g, total])])];
  },
  /** The condition is not differentiable; each branch gets the cotangent where it was taken. */
  Where: ({ builder, inputs, cotangents, wants }) => {
    const zero = scalar(builder, 0);
    const [condition] = inputs;
    return [
      undefined,
      wants(1) ? builder.node('Where', [condition, cotangents[0], zero]) : undefined,
      wants(2) ? builder.node('Where', [condition, zero, cotangents[0]]) : undefined,
    ];
  },
};
