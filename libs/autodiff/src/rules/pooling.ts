import { float32, type GraphBuilder, type NodeAttributes, type Value } from '@gradsign/onnx';
import { type RuleTable } from '../rule';
import { broadcastTo, dims, reshape } from '../shape';

export const pooling: RuleTable = {
  AveragePool: ({ builder, attributes, inputs, cotangents }) => {
    const window = windowOf(attributes);
    const [batch, channels, height, width] = dims(inputs[0]!);
    const [, , outHeight, outWidth] = dims(cotangents[0]!);
    const weights = windowWeights(
      window,
      [height, width],
      [outHeight, outWidth],
      attributes.int('count_include_pad') === 1,
    );
    const scaled = builder.node('Mul', [cotangents[0], weights(builder)]);
    const { kernel, strides, pads } = window;
    if (strides.every((s) => s === 1) && pads.every((p, i) => p <= kernel[i % 2] - 1)) {
      // Σ over the windows that a pixel lies in: an average over as large a window, times its size (in the weights).
      const back = pads.map((pad, i) => kernel[i % 2] - 1 - pad);
      return [builder.node('AveragePool', [scaled], { kernel_shape: kernel, pads: back, count_include_pad: 1 })];
    }
    if (
      strides.join() === kernel.join() &&
      pads.every((p) => p === 0) &&
      outHeight * kernel[0] === height &&
      outWidth * kernel[1] === width
    ) {
      // Windows side by side: every pixel gets its own window's share.
      const apart = reshape(builder, scaled, [batch, channels, outHeight, 1, outWidth, 1]);
      const spread = broadcastTo(builder, apart, [batch, channels, outHeight, kernel[0], outWidth, kernel[1]]);
      return [reshape(builder, spread, [batch, channels, height, width])];
    }
    const ones = builder.constant(
      float32(new Float32Array(channels * kernel[0] * kernel[1]).fill(1), [channels, 1, ...kernel]),
    );
    const outputPadding = [height, width].map(
      (size, i) => size - (([outHeight, outWidth][i] - 1) * strides[i] - pads[i] - pads[i + 2] + kernel[i]),
    );
    const shape = { kernel_shape: kernel, strides, pads, group: channels, output_padding: outputPadding };
    return [builder.node('ConvTranspose', [scaled, ones], shape)];
  },
};

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
}

function windowOf(attributes: NodeAttributes): Window {
  return {
    kernel: attributes.ints('kernel_shape'),
    strides: attributes.ints('strides', [1, 1]),
    pads: attributes.ints('pads', [0, 0, 0, 0]),
  };
}

/** [1, 1, out…]: what each window gives back to each of its pixels. */
function windowWeights(
  { kernel, strides, pads }: Window,
  size: readonly number[],
  out: readonly number[],
  countPadding: boolean,
): (builder: GraphBuilder) => Value {
  const inside = (axis: number, position: number) => {
    const start = position * strides[axis] - pads[axis];
    return Math.min(start + kernel[axis], size[axis]) - Math.max(start, 0);
  };
  const area = kernel[0] * kernel[1];
  // In the form with stride 1 the engine's own average divides by the area once more.
  const again = strides.every((s) => s === 1) && pads.every((p, i) => p <= kernel[i % 2] - 1) ? area : 1;
  const values = Array.from({ length: out[0] * out[1] }, (_, i) => {
    const count = countPadding ? area : inside(0, Math.floor(i / out[1])) * inside(1, i % out[1]);
    return again / count;
  });
  return (builder) => builder.constant(float32(values, [1, 1, ...out]));
}
