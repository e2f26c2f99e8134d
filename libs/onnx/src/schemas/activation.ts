import type { AttributeSchema, OpSchema, SchemaTable } from '../schema';

function floatUnary(attributes: Record<string, AttributeSchema> = {}): OpSchema {
  return { attributes, inputs: [1, 1], outputs: [1, 1], infer: (context) => [context.floating(0)] };
}

const alongAxis: OpSchema = {
  attributes: { axis: { kind: 'int', default: -1 } },
  inputs: [1, 1],
  outputs: [1, 1],
  infer(context) {
    const { shape } = context.floating(0);
    context.axis(context.attributes.int('axis'), shape.length);
    return [context.input(0)];
  },
};

/** Activations: element by element, and the softmaxes along one axis. */
export const activation: SchemaTable = {
  Relu: {
    attributes: {},
    inputs: [1, 1],
    outputs: [1, 1],
    infer: (context) => [context.typed(0, 'float32', 'float64', 'int32')],
  },
  Sigmoid: floatUnary(),
  Tanh: floatUnary(),
  Erf: floatUnary(),
  HardSigmoid: floatUnary({ alpha: { kind: 'float', default: 0.2 }, beta: { kind: 'float', default: 0.5 } }),
  HardSwish: floatUnary(),
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  Dropout: {
    attributes: { seed: { kind: 'int' } },
    inputs: [1, 3],
    outputs: [1, 1],
    infer(context) {
      const training = context.has(2) && Boolean(context.constant(2).data[0]);
      if (training) context.reject(2, 'must be false: dropout here is the identity of inference');
      return [context.floating(0)];
    },
  },
};
