import { NotDifferentiableError, type RuleTable } from '../rule';
import { dims } from '../shape';

export const normalization: RuleTable = {
  /**
   * Over the last axis, with a scale of ones and no shift (what `lowerNormalization` writes):
   * dx = r·(g − mean(g) − y·mean(g·y)), r = 1/σ.
   */
  LayerNormalization: ({ builder, node, attributes, inputs, outputs, cotangents }) => {
    const [x, scale] = inputs;
    const axis = attributes.int('axis');
    const ones = scale && builder.constantOf(scale)?.data.every((v) => v === 1);
    if (!ones || inputs[2] || ![-1, dims(x!).length - 1].includes(axis) || outputs.length < 3) {
      throw new NotDifferentiableError(node.name, node.op, 'only the lowered form has a rule');
    }
    const [g] = cotangents;
    const [y, , inverseDeviation] = outputs;
    const mean = (v: typeof y) => builder.node('ReduceMean', [v], { axes: [-1], keepdims: 1 });
    const centred = builder.node('Sub', [g, mean(g!)]);
    const along = builder.node('Mul', [y, mean(builder.node('Mul', [g, y]))]);
    return [builder.node('Mul', [builder.node('Sub', [centred, along]), inverseDeviation])];
  },
};
