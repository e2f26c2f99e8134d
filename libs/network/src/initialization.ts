import { sizeOf, zeros, type Tensor } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import type { Initializer, Network, WeightRole, WeightSpec } from './network';

/**
 * How the weights of a kind of network start.
 * @param role the weight's role
 * @param layerShape shape of the layer's weight [out, in/groups, …], for its bias too; [C] for normalisation
 */
export type InitializationScheme = (role: WeightRole, layerShape: readonly number[]) => Initializer;

/** PyTorch's defaults: layers uniform in ±1/√fanIn, biases too; normalisation scale 1, shift 0. */
export const pytorchDefault: InitializationScheme = (role, layerShape) => {
  switch (role) {
    case 'norm_scale':
      return { kind: 'constant', value: 1 };
    case 'norm_shift':
      return { kind: 'constant', value: 0 };
    default:
      return { kind: 'uniform_fan_in', fanIn: sizeOf(layerShape.slice(1)) };
  }
};

/** Which draw of initial weights: `initialization` r of R takes stream r of `seed`. */
export interface WeightSeed {
  readonly seed: number | bigint;
  readonly initialization: number;
}

/**
 * Initial values of a weight. They depend only on the seed, the initialization, the weight's path and the element's
 * index: not on the other weights of the network.
 */
export function initializeWeight({ path, shape, init }: WeightSpec, { seed, initialization }: WeightSeed) {
  return draw(Stream.of(seed, 'weights', initialization).child(path), shape, init);
}

/** Initial values of all weights of a network, by path; see `initializeWeight`. */
export function initializeWeights({ weights }: Network, seed: WeightSeed): Map<string, Tensor<'float32'>> {
  return new Map(weights.map((spec) => [spec.path, initializeWeight(spec, seed)]));
}

function draw(stream: Stream, shape: readonly number[], init: Initializer): Tensor<'float32'> {
  const values = zeros('float32', shape);
  switch (init.kind) {
    case 'uniform_fan_in': {
      const bound = 1 / Math.sqrt(init.fanIn);
      stream.fillUniform(values.data, -bound, bound);
      break;
    }
    case 'normal':
      stream.fillNormal(values.data, 0, init.std);
      break;
    case 'constant':
      values.data.fill(init.value);
      break;
  }
  return values;
}
