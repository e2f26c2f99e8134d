import { int64, tensor, type GraphBuilder, type NodeAttributes, type Tensor, type Value } from '@gradsign/onnx';
import { type RuleContext, type RuleTable } from '../rule';
import { dims, matrixTranspose, reduceSum, reshape, transpose } from '../shape';

/** Geometry of a two-dimensional convolution. */
interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin of both axes, then end of both. */
  readonly pads: readonly number[];
  readonly group: number;
}

function geometry(attributes: NodeAttributes, weight: Value): Geometry {
  return {
    kernel: dims(weight).slice(2),
    strides: attributes.ints('strides', [1, 1]),
    dilations: attributes.ints('dilations', [1, 1]),
    pads: attributes.ints('pads', [0, 0, 0, 0]),
    group: attributes.int('group'),
  };
}

export const convolution: RuleTable = {
  Conv: (context) => {
    const { attributes, builder, inputs, cotangents, wants, perSample } = context;
    const [x, w, bias] = inputs as [Value, Value, Value | undefined];
    const g = cotangents[0]!;
    const shape = geometry(attributes, w);
    return [
      wants(0) ? inputGradient(context, shape, x, w, g) : undefined,
      wants(1) ? weightGradient(builder, shape, x, w, g, perSample(1)) : undefined,
      bias && wants(2) ? reduceSum(builder, g, perSample(2) ? [2, 3] : [0, 2, 3], false) : undefined,
    ];
  },
};

/** Each sample's gradient is a matrix product of its cotangents and the patches of its input. */
function weightGradient(
  builder: GraphBuilder,
  { kernel, strides, dilations, pads, group }: Geometry,
  x: Value,
  w: Value,
  g: Value,
  perSample: boolean,
): Value {
  const [batch, channels] = dims(x);
  const [, out, ...space] = dims(g);
  const positions = space[0] * space[1];
  const taps = kernel[0] * kernel[1];
  const patches = extractPatches(builder, { kernel, strides, dilations, pads, group }, x);
  const columns = (channels / group) * taps;
  const split = group === 1 ? [batch] : [batch, group];
  const rows = reshape(builder, g, [...split, out / group, positions]);
  const right = matrixTranspose(builder, reshape(builder, patches, [...split, columns, positions]));
  const product = builder.node('MatMul', [rows, right]);
  return perSample
    ? reshape(builder, product, [batch, ...dims(w)])
    : reshape(builder, reduceSum(builder, product, [0], false), dims(w));
}

/**
 * [B, C·taps, positions…]: the input values under each tap of the kernel, channel by channel. A depthwise convolution
 * with one-hot kernels makes them in one node; a 1×1 kernel needs none.
 */
function extractPatches(builder: GraphBuilder, shape: Geometry, x: Value): Value {
  const { kernel, strides, dilations, pads } = shape;
  const [, channels] = dims(x);
  const taps = kernel[0] * kernel[1];
  if (taps === 1 && pads.every((pad) => pad === 0)) {
    if (strides.every((stride) => stride === 1)) return x;
    const ends = dims(x).slice(2);
    const slice = [[0, 0], ends, [2, 3], strides].map((v) => builder.constant(int64(v)));
    return builder.node('Slice', [x, ...slice]);
  }
  const oneHot = new Float32Array(channels * taps * taps);
  for (let row = 0; row < channels * taps; row++) oneHot[row * taps + (row % taps)] = 1;
  const kernels = builder.constant(tensor('float32', [channels * taps, 1, ...kernel], oneHot));
  return builder.node('Conv', [x, kernels], { kernel_shape: kernel, strides, dilations, pads, group: channels });
}

/** Stride 1: a convolution with the flipped kernel. Otherwise (or where padding exceeds the kernel): ConvTranspose. */
function inputGradient(context: RuleContext, shape: Geometry, x: Value, w: Value, g: Value): Value {
  const { builder } = context;
  const { kernel, strides, dilations, pads, group } = shape;
  const reach = kernel.map((size, i) => dilations[i] * (size - 1));
  const flippedPads = pads.map((pad, i) => reach[i % 2] - pad);
  if (strides.every((stride) => stride === 1) && flippedPads.every((pad) => pad >= 0)) {
    const attributes = { kernel_shape: kernel, dilations, pads: flippedPads, group };
    return builder.node('Conv', [g, flipped(builder, w, group)], attributes);
  }
  const [from, to] = [dims(g).slice(2), dims(x).slice(2)];
  const outputPadding = to.map((size, i) => size - ((from[i] - 1) * strides[i] - pads[i] - pads[i + 2] + reach[i] + 1));
  return builder.node('ConvTranspose', [g, w], {
    kernel_shape: kernel,
    strides,
    dilations,
    pads,
    group,
    output_padding: outputPadding,
  });
}

/** Kernels [in, out/group, …] of the transposed convolution: both spatial axes reversed, input and output swapped. */
function flipped(builder: GraphBuilder, w: Value, group: number): Value {
  const [out, inPerGroup, height, width] = dims(w);
  const swapped = [group * inPerGroup, out / group, height, width];
  const known = builder.constantOf(w);
  // A constant kernel is turned here: the engine then sees a constant, and may lay it out for speed.
  if (known) return builder.constant(flipConstant(known as Tensor<'float32'>, group, swapped));
  const grouped = reshape(builder, w, [group, out / group, inPerGroup, height, width]);
  const turned = reshape(builder, transpose(builder, grouped, [0, 2, 1, 3, 4]), swapped);
  if (height === 1 && width === 1) return turned;
  const slice = [
    [-1, -1],
    [-(2 ** 31), -(2 ** 31)],
    [2, 3],
    [-1, -1],
  ].map((v) => builder.constant(int64(v)));
  return builder.node('Slice', [turned, ...slice]);
}

function flipConstant({ data, shape }: Tensor<'float32'>, group: number, swapped: number[]): Tensor {
  const [out, inPerGroup, height, width] = shape;
  const outPerGroup = out / group;
  const taps = height * width;
  const turned = new Float32Array(data.length);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inPerGroup; i++) {
      const from = (o * inPerGroup + i) * taps;
      const block = Math.floor(o / outPerGroup) * inPerGroup + i;
      const to = (block * outPerGroup + (o % outPerGroup)) * taps;
      for (let t = 0; t < taps; t++) turned[to + taps - 1 - t] = data[from + t];
    }
  }
  return tensor('float32', swapped, turned);
}
