import type { ConvOptions, NetworkBuilder } from '@gradsign/network';
import type { Value } from '@gradsign/onnx';

/** ReLU-conv-BN. */
export function reluConvNorm(build: NetworkBuilder, x: Value, path: string, window: ConvOptions): Value {
  return build.batchNorm(build.conv(build.relu(x), `${path}.conv`, window), `${path}.norm`);
}

/**
 * Halves height and width, of odd sizes upwards: ReLU, two conv1x1 of stride 2 with half of the channels each, the
 * second one on the image shifted by a pixel, concatenation, BN.
 */
export function factorizedReduction(build: NetworkBuilder, x: Value, path: string, out: number): Value {
  const y = build.relu(x);
  const window = { out: out / 2, kernel: 1, stride: 2 };
  const halves = [build.conv(y, `${path}.conv.0`, window), build.conv(build.shift(y), `${path}.conv.1`, window)];
  return build.batchNorm(build.concat(halves), `${path}.norm`);
}
