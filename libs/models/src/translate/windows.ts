import type { Attribute, Node, Value } from '@gradsign/onnx';
import { ModelError } from '../model-error';
import type { Translation, Translator } from './translator';

interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

/** A list of an attribute; what is not one is left for the operator's schema to complain about. */
function list(node: Node, name: string, fallback: readonly number[]): readonly number[] {
  const value: Attribute | undefined = node.attributes[name];
  const fits = Array.isArray(value) && value.length === fallback.length && value.every((v) => typeof v === 'number');
  return fits ? (value as readonly number[]) : fallback;
}

/** Sizes of the spatial axes. @throws ModelError where they are not numbers. */
function space(node: Node, x: Value): number[] {
  return x.shape.slice(2).map((dim) => {
    if (typeof dim === 'number') return dim;
    throw ModelError.of(node, `its input [${x.shape.join(',')}] has a spatial axis of unknown size`);
  });
}

/** Padding that `auto_pad` stands for: SAME makes ⌈size / stride⌉ outputs, its odd pixel at the end or the beginning. */
function automaticPads(node: Node, mode: Attribute, geometry: Geometry, sizes: readonly number[]): readonly number[] {
  if (mode === 'NOTSET') return geometry.pads;
  if (mode === 'VALID') return geometry.pads.map(() => 0);
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER')
    throw ModelError.of(node, `its auto_pad "${String(mode)}" is unknown`);
  const totals = sizes.map((size, i) => {
    const { kernel, strides, dilations } = geometry;
    const count = Math.ceil(size / strides[i]);
    return Math.max(0, (count - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 - size);
  });
  const smaller = totals.map((total) => Math.floor(total / 2));
  const larger = totals.map((total) => Math.ceil(total / 2));
  return mode === 'SAME_UPPER' ? [...smaller, ...larger] : [...larger, ...smaller];
}

/** Padding at the end that lets rounding down give the outputs that rounding up would: their windows begin inside. */
function ceilPads({ kernel, strides, dilations, pads }: Geometry, sizes: readonly number[]): number[] {
  const rank = sizes.length;
  return pads.map((end, i) => {
    if (i < rank) return end;
    const axis = i - rank;
    const span = (kernel[axis] - 1) * dilations[axis] + 1;
    const extent = sizes[axis] + pads[axis] + end;
    let count = Math.ceil((extent - span) / strides[axis]) + 1;
    if ((count - 1) * strides[axis] >= sizes[axis] + pads[axis]) count -= 1;
    return Math.max(end, (count - 1) * strides[axis] + span - sizes[axis] - pads[axis]);
  });
}

function geometryOf(node: Node, x: Value, kernel: readonly number[]): Geometry {
  const rank = x.shape.length - 2;
  const ones = new Array<number>(Math.max(rank, 0)).fill(1);
  return {
    kernel,
    strides: list(node, 'strides', ones),
    dilations: list(node, 'dilations', ones),
    pads: list(node, 'pads', [...ones, ...ones].fill(0)),
  };
}

function withoutAttributes({ attributes }: Node, ...names: string[]): Record<string, Attribute> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

const convolution: Translation = (t, node) => {
  const [x, w] = [t.required(node, 0), t.required(node, 1)];
  const { auto_pad: mode = 'NOTSET' } = node.attributes;
  if (mode === 'NOTSET') return t.pass(node);
  if (node.op === 'ConvTranspose' && mode !== 'VALID')
    throw ModelError.of(node, 'its auto_pad must be NOTSET or VALID');
  const kernel = w.shape.slice(2).map(Number);
  const pads = automaticPads(node, mode, geometryOf(node, x, kernel), space(node, x));
  return t.pass(node, { ...withoutAttributes(node, 'auto_pad'), pads });
};

const pooling: Translation = (t: Translator, node) => {
  const x = t.required(node, 0);
  const { auto_pad: mode = 'NOTSET', ceil_mode: ceil = 0 } = node.attributes;
  if (mode === 'NOTSET' && ceil === 0) return t.pass(node, node.attributes, 1);
  const kernel = list(node, 'kernel_shape', new Array<number>(Math.max(0, x.shape.length - 2)).fill(1));
  const geometry = geometryOf(node, x, kernel);
  const sizes = space(node, x);
  const pads = automaticPads(node, mode, geometry, sizes);
  const rounded = ceil === 0 ? pads : ceilPads({ ...geometry, pads }, sizes);
  if (
    node.op === 'AveragePool' &&
    node.attributes.count_include_pad === 1 &&
    rounded.some((pad, i) => pad !== pads[i])
  ) {
    throw ModelError.of(node, 'rounds up (ceil_mode) and counts its padding: the two together are not supported');
  }
  return t.pass(node, { ...withoutAttributes(node, 'auto_pad', 'ceil_mode'), pads: rounded }, 1);
};

/** Convolutions and pooling with padding that the file leaves to be worked out. */
export const windowTranslations: Readonly<Record<string, Translation>> = {
  Conv: convolution,
  ConvTranspose: convolution,
  AveragePool: pooling,
  MaxPool: pooling,
  GlobalMaxPool: (t, node) => {
    const x = t.required(node, 0);
    const axes = [...x.shape.keys()].slice(2);
    return [t.builder.node('ReduceMax', [x], { axes, keepdims: 1 })];
  },
};
