import type { Value } from '@gradsign/onnx';
import { notDifferentiable, type RuleContext, type RuleTable } from '../rule';
import { axisOf, broadcastTo, dims, divide, mean, range, reduceSum, reshape, scalar, unbroadcast } from '../shape';

/** What a normalisation over `axes` did to its input. */
interface Normalization {
  /** (x − mean) · inverseDeviation */
  readonly normalized: Value;
  /** 1 / √(variance + ε), with a size of 1 on the axes. */
  readonly inverseDeviation: Value;
  readonly axes: readonly number[];
}

/** Computes again what the node keeps to itself. */
function recompute({ builder, attributes, inputs: [x] }: RuleContext, axes: readonly number[]): Normalization {
  const centred = builder.node('Sub', [x, mean(builder, x!, axes)]);
  const variance = mean(builder, builder.node('Mul', [centred, centred]), axes);
  const shifted = builder.node('Add', [variance, scalar(builder, attributes.float('epsilon'))]);
  const inverseDeviation = builder.node('Reciprocal', [builder.node('Sqrt', [shifted])]);
  return { normalized: builder.node('Mul', [centred, inverseDeviation]), inverseDeviation, axes };
}

/** dx = r·(g − mean(g) − z·mean(g·z)), where z is the normalised value, g its cotangent, and r = 1/√(variance + ε). */
function inputGradient(
  { builder }: RuleContext,
  { normalized, inverseDeviation, axes }: Normalization,
  g: Value,
): Value {
  const along = builder.node('Mul', [normalized, mean(builder, builder.node('Mul', [g, normalized]), axes)]);
  const centred = builder.node('Sub', [g, mean(builder, g, axes)]);
  return builder.node('Mul', [builder.node('Sub', [centred, along]), inverseDeviation]);
}

/** Gradients of x, scale [C] and shift [C], where C is axis 1. */
function channelwise(context: RuleContext, normalization: Normalization, constantStatistics = false) {
  const { builder, inputs, cotangents, wants } = context;
  const [x, scale] = inputs as [Value, Value];
  const g = cotangents[0] ?? notDifferentiable(context, 'its running statistics are not differentiable');
  const others = range(x.shape.length).filter((axis) => axis !== 1);
  const scaled = () => (isOnes(context, scale) ? g : builder.node('Mul', [g, onChannels(context, scale)]));
  return [
    wants(0)
      ? constantStatistics
        ? builder.node('Mul', [scaled(), normalization.inverseDeviation])
        : inputGradient(context, normalization, scaled())
      : undefined,
    wants(1) ? reduceSum(builder, builder.node('Mul', [g, normalization.normalized]), others, false) : undefined,
    wants(2) ? reduceSum(builder, g, others, false) : undefined,
  ];
}

function isOnes({ builder }: RuleContext, value: Value): boolean {
  return builder.constantOf(value)?.data.every((v) => Number(v) === 1) ?? false;
}

/** [C] beside axis 1 of the node's input. */
function onChannels({ builder, inputs }: RuleContext, vector: Value): Value {
  return reshape(builder, vector, [1, dims(vector)[0], ...inputs[0]!.shape.slice(2).map(() => 1)]);
}

export const normalization: RuleTable = {
  BatchNormalization: (context) => {
    const { builder, attributes, inputs } = context;
    const [x, , , runningMean, runningVariance] = inputs as Value[];
    if (attributes.int('training_mode') === 1) {
      const axes = range(x.shape.length).filter((axis) => axis !== 1);
      return channelwise(context, recompute(context, axes));
    }
    const variance = builder.node('Add', [
      onChannels(context, runningVariance),
      scalar(builder, attributes.float('epsilon')),
    ]);
    const inverseDeviation = builder.node('Reciprocal', [builder.node('Sqrt', [variance])]);
    const centred = builder.node('Sub', [x, onChannels(context, runningMean)]);
    const normalized = builder.node('Mul', [centred, inverseDeviation]);
    return channelwise(context, { normalized, inverseDeviation, axes: [] }, true);
  },

  InstanceNormalization: (context) => {
    const axes = range(context.inputs[0]!.shape.length).slice(2);
    return channelwise(context, recompute(context, axes));
  },

  /** The outputs 1 and 2, mean and r = 1/√(variance + ε), are differentiable too: dmean/dx = 1/n, dr/dx = −r²·z/n. */
  LayerNormalization: (context) => {
    const { builder, attributes, inputs, outputs, cotangents, wants } = context;
    const [x, scale, shift] = inputs as [Value, Value, Value | undefined];
    const [g, gMean, gInverse] = cotangents;
    const axes = range(x.shape.length).slice(axisOf(attributes.int('axis'), x.shape.length));
    const count = axes.reduce((product, axis) => product * dims(x)[axis], 1);
    const plain = isOnes(context, scale) && !shift;
    const [y, , inverse] = outputs;
    const z = plain && inverse ? { normalized: y!, inverseDeviation: inverse, axes } : recompute(context, axes);

    const terms: Value[] = [];
    if (wants(0) && g) terms.push(inputGradient(context, z, plain ? g : builder.node('Mul', [g, scale])));
    if (wants(0) && gMean) terms.push(divide(builder, gMean, count));
    if (wants(0) && gInverse) {
      const squared = builder.node('Mul', [z.inverseDeviation, z.inverseDeviation]);
      const slope = builder.node('Neg', [divide(builder, builder.node('Mul', [gInverse, squared]), count)]);
      terms.push(builder.node('Mul', [z.normalized, slope]));
    }
    const sum = terms.length === 0 ? undefined : terms.reduce((a, b) => builder.node('Add', [a, b]));
    return [
      // The mean's term alone has a size of 1 on the normalised axes.
      sum && broadcastTo(builder, sum, dims(x)),
      wants(1) && g ? unbroadcast(builder, builder.node('Mul', [g, z.normalized]), dims(scale)) : undefined,
      wants(2) && g ? unbroadcast(builder, g, dims(shift!)) : undefined,
    ];
  },
};
