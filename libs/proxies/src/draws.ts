import type { Network, WeightSpec } from '@gradsign/network';
import { sizeOf, zeros, type Tensor } from '@gradsign/onnx';
import type { Stream } from '@gradsign/random';

/** A tensor of standard normal numbers. */
export function normalTensor(stream: Stream, shape: readonly number[]): Tensor<'float32'> {
  const result = zeros('float32', shape);
  stream.fillNormal(result.data, 0, 1);
  return result;
}

/**
 * Weights by path for proxies that do not use the network's own initialisation: convolutions and linear layers
 * normal with mean 0, biases and shifts 0, scales 1. Like all weights, a path's values do not depend on other paths.
 * @param deviation of a layer's weights
 */
export function normalWeights(
  { weights }: Pick<Network, 'weights'>,
  stream: Stream,
  deviation: (spec: WeightSpec) => number,
): Map<string, Tensor<'float32'>> {
  return new Map(
    weights.map((spec) => {
      const values = zeros('float32', spec.shape);
      if (spec.role === 'conv' || spec.role === 'linear') {
        stream.child(spec.path).fillNormal(values.data, 0, deviation(spec));
      } else if (spec.role === 'norm_scale') {
        values.data.fill(1);
      }
      return [spec.path, values];
    }),
  );
}

/** N(0, 1). */
export const standardNormal = () => 1;

/** He et al., "Delving Deep into Rectifiers", ICCV 2015, in its fan-in form: √(2 / fanIn). */
export const kaimingNormal = ({ shape }: WeightSpec) => (2 / sizeOf(shape.slice(1))) ** 0.5;

/** The same in its fan-out form: √(2 / fanOut), fanOut the output channels times the size of the window. */
export const kaimingNormalFanOut = ({ shape }: WeightSpec) => (2 / (shape[0] * sizeOf(shape.slice(2)))) ** 0.5;
