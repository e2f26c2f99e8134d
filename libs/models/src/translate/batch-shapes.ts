import { BATCH } from '@gradsign/network';
import {
  float32,
  formatShape,
  int64,
  productOfDims,
  quotientOfDims,
  sizeOf,
  substituteDim,
  type Dim,
  type Node,
  type Value,
} from '@gradsign/onnx';
import { ModelError } from '../model-error';
import type { Translation, Translator } from './translator';

const dependsOnBatch = (dim: Dim): boolean => typeof dim === 'string';

/** A constant input as whole numbers and sizes that depend on the batch. */
function sizesOf(t: Translator, node: Node, index: number): Dim[] {
  const constant = t.constant(node.inputs[index] ?? '');
  if (!constant) throw ModelError.of(node, 'its shape must follow from constants and shapes');
  const sizes = Array.from(constant.data);
  const wrong = sizes.find((size) => typeof size === 'number' && !Number.isSafeInteger(size));
  if (wrong === undefined) return sizes;
  throw ModelError.of(node, `its shape [${sizes.join(',')}] must consist of whole numbers`);
}

/** The shape that a Reshape is given, its one size that depends on the batch left open. */
function targetShape(t: Translator, node: Node, x: Value): number[] {
  const target = sizesOf(t, node, 1);
  const symbols = target.filter(dependsOnBatch).length;
  if (symbols > 1) throw ModelError.of(node, `its shape ${formatShape(target)} has the batch in it twice`);
  if (symbols === 0) return unfixed(target as number[], x, t.fixedBatch) ?? (target as number[]);
  const sizes = target.map((size, axis) => (size === 0 ? (x.shape[axis] ?? 0) : size));
  const openAt = sizes.indexOf(-1);
  if (openAt >= 0) {
    // Both the size that is open and the one with the batch cannot be.
    const rest = productOfDims(sizes.filter((_, axis) => axis !== openAt));
    sizes[openAt] = quotientOfDims(productOfDims(x.shape), rest) ?? -1;
  }
  return sizes.map((size) => (typeof size === 'number' ? size : -1));
}

/**
 * The shape without the file's own batch: the size that grows with the batch, left open, is the one that the image's
 * index is in: as many elements are in front of it as in the input. Undefined where there is none.
 */
function unfixed(target: readonly number[], x: Value, fixedBatch: number | undefined): number[] | undefined {
  const at = x.shape.findIndex(dependsOnBatch);
  if (at < 0 || fixedBatch === undefined) return undefined;
  const own = x.shape.map((dim) => Number(substituteDim(dim, { [BATCH]: fixedBatch })));
  const sizes = target.map((size, axis) => (size === 0 ? (own[axis] ?? 0) : size));
  const rest = sizeOf(sizes.filter((size) => size !== -1));
  const known = sizes.map((size) => (size === -1 ? sizeOf(own) / rest : size));
  // A shape that does not fit is left to say so.
  if (!known.every((size) => Number.isSafeInteger(size)) || sizeOf(known) !== sizeOf(own)) return undefined;
  const outer = sizeOf(own.slice(0, at));
  const axis = known.findIndex((size, i) => {
    const front = sizeOf(known.slice(0, i));
    const part = (outer / front) * fixedBatch;
    return outer % front === 0 && size % part === 0 && (front === outer || size > outer / front);
  });
  return axis < 0 ? undefined : known.with(axis, -1);
}

/** Zeros of shape [N, 1, …], one for each image: what is repeated over the batch is added to them. */
function batchZeros(t: Translator, rank: number, axis: number): Value {
  const means = t.builder.node('ReduceMean', [t.images], { axes: [1, 2, 3], keepdims: 1 });
  const zeros = t.builder.node('Mul', [means, t.builder.constant(float32([0], []))]);
  const shape = new Array<number>(rank).fill(1).with(axis, -1);
  return t.builder.node('Reshape', [zeros, t.builder.constant(int64(shape))]);
}

/** A value repeated to a shape, in which the batch may be one size. */
function expand(t: Translator, node: Node, x: Value, target: readonly Dim[]): readonly Value[] {
  const at = target.findIndex(dependsOnBatch);
  const numbers = target.map((size) => (typeof size === 'number' ? size : 1));
  const repeated = t.builder.node('Expand', [x, t.builder.constant(int64(numbers))]);
  if (at < 0 || dependsOnBatch(x.shape[at - target.length + x.shape.length] ?? 1)) return [repeated];
  const symbols = target.filter(dependsOnBatch);
  if (symbols.length > 1 || symbols[0] !== BATCH || x.dtype !== 'float32') {
    throw ModelError.of(node, `cannot repeat ${x.dtype}${formatShape(x.shape)} to ${formatShape(target)}`);
  }
  return [
    t.builder.node('Add', [repeated, batchZeros(t, repeated.shape.length, at + repeated.shape.length - target.length)]),
  ];
}

/** In a file for single images a value that is the same for all of them has a batch of one. */
const concat: Translation = (t, node) => {
  const values = node.inputs.map((_, i) => t.required(node, i));
  if (t.fixedBatch !== 1 || !values.some(({ shape: [first] }) => first === BATCH)) return t.pass(node);
  const inputs = values.map((x) => (x.shape[0] === 1 ? expand(t, node, x, [BATCH, ...x.shape.slice(1)])[0] : x));
  return [t.builder.node('Concat', inputs, node.attributes, t.nameFor(node))];
};

/** Operators whose shapes may have the batch in them. */
export const batchShapeTranslations: Readonly<Record<string, Translation>> = {
  Concat: concat,
  Reshape: (t, node) => {
    const x = t.required(node, 0);
    const shape = t.builder.constant(int64(targetShape(t, node, x)));
    return [t.builder.node('Reshape', [x, shape], node.attributes, t.nameFor(node))];
  },
  Expand: (t, node) => {
    return expand(t, node, t.required(node, 0), sizesOf(t, node, 1));
  },
  Tile: (t, node) => {
    const x = t.required(node, 0);
    const repeats = sizesOf(t, node, 1);
    if (repeats.length !== x.shape.length) throw ModelError.of(node, 'its repeats must be one an axis');
    if (!repeats.some(dependsOnBatch)) return t.pass(node);
    const sizes = repeats.map((repeat, axis) => productOfDims([repeat, x.shape[axis]]));
    if (sizes.some((size, axis) => dependsOnBatch(size) && x.shape[axis] !== 1)) {
      throw ModelError.of(node, `cannot repeat ${formatShape(x.shape)} to ${formatShape(sizes)}`);
    }
    return expand(t, node, x, sizes);
  },
  ConstantOfShape: (t, node) => {
    const shape = sizesOf(t, node, 0);
    if (!shape.some(dependsOnBatch)) return t.pass(node);
    const { value } = node.attributes;
    const element = typeof value === 'object' && 'data' in value ? value : float32([0]);
    if (element.dtype !== 'float32') throw ModelError.of(node, `must make float32, makes ${element.dtype}`);
    return expand(t, node, t.builder.constant({ ...element, shape: [1] }), shape);
  },
};
