import type { Value } from '@gradsign/onnx';
import { restore } from '../../layout';
import { notDifferentiable, type PerSampleRule, type RuleContext, type RuleTable } from '../../rule';
import { dims, reduceSum, slice, sumSamples } from '../../shape';
import { attributesOfGeometry, geometryOf } from './geometry';
import { inputGradient } from './input-gradient';
import { weightGradient } from './weight-gradient';

/** A layer of input, weight and bias, by the gradient of its input and the per-sample gradient of its weight. */
interface Layer {
  input(context: RuleContext, x: Value, w: Value, g: Value): Value;
  weight: PerSampleRule;
}

function ruleOf({ input, weight }: Layer) {
  return (context: RuleContext) => {
    const { builder, inputs, cotangents, wants } = context;
    const [x, w] = inputs as [Value, Value];
    const [g] = cotangents as [Value];
    const batchGradient = () => {
      const { values, layout } = weight(context, 1);
      return restore(builder, sumSamples(builder, values), layout, dims(w));
    };
    return [
      wants(0) ? input(context, x, w, g) : undefined,
      wants(1) ? batchGradient() : undefined,
      wants(2) ? reduceSum(builder, g, [0, 2, 3], false) : undefined,
    ];
  };
}

function perSampleRuleOf({ weight }: Layer): PerSampleRule {
  return (context, input) => {
    const { builder, cotangents } = context;
    if (input === 1) return weight(context, input);
    if (input === 2) return { values: reduceSum(builder, cotangents[0]!, [2, 3], false) };
    return notDifferentiable(context, 'only weights and biases have gradients of single samples');
  };
}

const conv: Layer = {
  input: (context, x, w, g) => inputGradient(context.builder, geometryOf(context, w), { x, w, g }),
  weight: (context) => {
    const [x, w] = context.inputs as [Value, Value];
    return weightGradient(context.builder, geometryOf(context, w), { x, g: context.cotangents[0]! });
  },
};

/** The adjoint of Conv: input and cotangent swap their places. */
const convTranspose: Layer = {
  input: (context, x, w, g) => {
    const geometry = geometryOf(context, w);
    const { builder } = context;
    const gradient = builder.node('Conv', [g, w], attributesOfGeometry(geometry));
    // A large output padding holds a position more than the input has.
    const [, , height, width] = dims(x);
    return dims(gradient).join() === dims(x).join()
      ? gradient
      : slice(builder, gradient, { starts: [0, 0], ends: [height, width], axes: [2, 3] });
  },
  weight: (context) => {
    const [x, w] = context.inputs as [Value, Value];
    return weightGradient(context.builder, geometryOf(context, w), { x: context.cotangents[0]!, g: x });
  },
};

export const convolution: RuleTable = { Conv: ruleOf(conv), ConvTranspose: ruleOf(convTranspose) };

export const perSampleConvolution: Readonly<Record<string, PerSampleRule>> = {
  Conv: perSampleRuleOf(conv),
  ConvTranspose: perSampleRuleOf(convTranspose),
};
