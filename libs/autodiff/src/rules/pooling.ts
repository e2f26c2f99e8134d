import { float32, tensor, type GraphBuilder, type Value } from '@gradsign/onnx';
import type { RuleContext, RuleTable } from '../rule';
import { dims, divide, integers, matrixTranspose, range, reshape, scalar, slice } from '../shape';
import { outputPadding, reach, type Geometry } from './convolution/geometry';

type Window = Omit<Geometry, 'group'>;

function windowOf({ attributes }: RuleContext, dilated: boolean): Window {
  return {
    kernel: attributes.ints('kernel_shape'),
    strides: attributes.ints('strides', [1, 1]),
    dilations: dilated ? attributes.ints('dilations', [1, 1]) : [1, 1],
    pads: attributes.ints('pads', [0, 0, 0, 0]),
  };
}

export const pooling: RuleTable = {
  AveragePool: (context) => {
    const { builder, attributes, inputs, cotangents } = context;
    const window = windowOf(context, false);
    const [size, out] = [dims(inputs[0]!).slice(2), dims(cotangents[0]!).slice(2)];
    const share = shares(builder, cotangents[0]!, window, size, attributes.int('count_include_pad') === 1);
    const { kernel, strides, pads } = window;
    if (strides.every((stride) => stride === 1) && pads.every((p, i) => p < kernel[i % 2])) {
      // The sum over the windows that a pixel lies in, divided by the area, is an average over as large a window.
      const back = pads.map((p, i) => kernel[i % 2] - 1 - p);
      return [builder.node('AveragePool', [share], { kernel_shape: kernel, pads: back, count_include_pad: 1 })];
    }
    // Rows and columns apart: each is a product with the matrix of which window holds which pixel, divided by its extent.
    const wide = builder.node('MatMul', [share, incidence(builder, window, { axis: 1, out: out[1], size: size[1] })]);
    const rows = matrixTranspose(builder, incidence(builder, window, { axis: 0, out: out[0], size: size[0] }));
    return [divide(builder, builder.node('MatMul', [rows, wide]), kernel[0] * kernel[1])];
  },

  /** The first of several equal maxima gets the cotangent. */
  MaxPool: (context) => {
    const { builder, inputs, outputs, cotangents } = context;
    const window = windowOf(context, true);
    const shape = dims(inputs[0]!);
    const planes = shape[0] * shape[1];
    const [out, taps] = [dims(cotangents[0]!).slice(2), window.kernel[0] * window.kernel[1]];
    const plane = (v: Value) => reshape(builder, v, [planes, 1, ...dims(v).slice(2)]);
    const candidates = windows(builder, plane(inputs[0]!), window, out);
    const equal = builder.node('Equal', [candidates, plane(outputs[0]!)]);
    const earlier = range(taps * taps).map((i) => (i % taps < Math.floor(i / taps) ? 1 : 0));
    const before = builder.node('Conv', [
      builder.node('Cast', [equal], { to: 1 }),
      builder.constant(float32(earlier, [taps, taps, 1, 1])),
    ]);
    const first = builder.node('And', [equal, builder.node('Less', [before, scalar(builder, 0.5)])]);
    const chosen = builder.node('Where', [first, plane(cotangents[0]!), scalar(builder, 0)]);
    const oneHot = range(taps * taps).map((i) => (i % taps === Math.floor(i / taps) ? 1 : 0));
    const scattered = builder.node(
      'ConvTranspose',
      [chosen, builder.constant(float32(oneHot, [taps, 1, ...window.kernel]))],
      {
        kernel_shape: window.kernel,
        strides: window.strides,
        dilations: window.dilations,
        pads: window.pads,
        output_padding: outputPadding(window, out, shape.slice(2)),
      },
    );
    return [reshape(builder, scattered, shape)];
  },
};

/** The cotangent · area / (pixels that the window averages): the share of a pixel, times the area of the kernel. */
function shares(
  builder: GraphBuilder,
  g: Value,
  { kernel, strides, pads }: Window,
  size: readonly number[],
  countPadding: boolean,
): Value {
  const [height, width] = dims(g).slice(2);
  const area = kernel[0] * kernel[1];
  const inside = (axis: number) => (position: number) => {
    const start = position * strides[axis] - pads[axis];
    return Math.min(start + kernel[axis], size[axis]) - Math.max(start, 0);
  };
  const [rows, columns] = [range(height).map(inside(0)), range(width).map(inside(1))];
  if (countPadding || [...rows, ...columns].every((count, i) => count === kernel[i < height ? 0 : 1])) return g;
  const counts = rows.flatMap((row) => columns.map((column) => row * column));
  const constant = (values: number[]) => builder.constant(float32(values, [1, 1, height, width]));
  const factors = counts.map((count) => area / count);
  return factors.every((factor) => Math.fround(factor) === factor)
    ? builder.node('Mul', [g, constant(factors)])
    : builder.node('Div', [builder.node('Mul', [g, scalar(builder, area)]), constant(counts)]);
}

/** Matrix [out, size] with 1 where the window at a position covers a pixel of the axis. */
function incidence(
  builder: GraphBuilder,
  { kernel, strides, pads }: Window,
  { axis, out, size }: { readonly axis: number; readonly out: number; readonly size: number },
): Value {
  const values = new Float32Array(out * size);
  for (let position = 0; position < out; position++) {
    for (let tap = 0; tap < kernel[axis]; tap++) {
      const pixel = position * strides[axis] - pads[axis] + tap;
      if (pixel >= 0 && pixel < size) values[position * size + pixel] = 1;
    }
  }
  return builder.constant(tensor('float32', [out, size], values));
}

/** [planes, 1, H, W] → [planes, kh·kw, H', W']: what each tap of the window sees; −∞ in the padding. */
function windows(builder: GraphBuilder, x: Value, window: Window, out: readonly number[]): Value {
  const { kernel, strides, dilations, pads } = window;
  const span = reach(window);
  const needed = out.map((size, axis) => (size - 1) * strides[axis] + span[axis] + 1);
  const ends = needed.map((size, axis) => size - pads[axis] - dims(x)[axis + 2]);
  const around = integers(builder, [0, 0, pads[0], pads[1], 0, 0, ...ends]);
  const padded = builder.node('Pad', [x, around, scalar(builder, -Infinity)]);
  const taps = range(kernel[0] * kernel[1]).map((tap) => {
    const starts = [Math.floor(tap / kernel[1]) * dilations[0], (tap % kernel[1]) * dilations[1]];
    const stops = starts.map((start, axis) => start + (out[axis] - 1) * strides[axis] + 1);
    return slice(builder, padded, { starts, ends: stops, axes: [2, 3], steps: strides });
  });
  return builder.node('Concat', taps, { axis: 1 });
}
