import { BATCH, IMAGES } from '@gradsign/network';
import {
  attributesOf,
  formatShape,
  GraphBuilder,
  sizeOf,
  substituteDim,
  type Dim,
  type Graph,
  type Node,
  type Tensor,
} from '@gradsign/onnx';
import { ModelError } from '../model-error';

/** Where the images of a batch are in a value: along one axis, of size before · N · after. */
export interface BatchAxis {
  readonly axis: number;
  /** Elements of the axis that the image's index is a digit behind, and in front of. */
  readonly before: number;
  readonly after: number;
}

/** What a rule sees of a node: shapes, and where the images are in its inputs (undefined: they are not in it). */
interface Call {
  readonly node: Node;
  readonly shapes: readonly (readonly Dim[])[];
  readonly images: readonly (BatchAxis | undefined)[];
  readonly output: readonly Dim[];
  /** The axes that the node works along, from its attributes or a constant input. */
  readonly axes: readonly number[];
}

/** Where the images are in the output; undefined where the operator mixes them, or the place has no name. */
type Rule = (call: Call) => BatchAxis | undefined;

const sameAxis: Rule = ({ images: [at] }) => at;
const alongFirst: Rule = ({ images: [at] }) => (at?.axis === 0 ? at : undefined);
const fromEnd = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

/** The images keep their place unless the node works along their axis. */
const besides: Rule = ({ axes, images: [at] }) => (at && axes.includes(at.axis) ? undefined : at);

/** Broadcasting aligns the last axes; all inputs with images have them in one place. */
const broadcast: Rule = ({ shapes, images, output }) => {
  const places = images.flatMap((at, i) => (at ? [{ ...at, axis: at.axis + output.length - shapes[i].length }] : []));
  return places.every((at) => same(at, places[0])) ? places[0] : undefined;
};

const same = (a: BatchAxis, b: BatchAxis) => a.axis === b.axis && a.before === b.before && a.after === b.after;

const numbers = (dims: readonly Dim[]) => dims.map((dim) => Number(substituteDim(dim, { [BATCH]: 1 })));

/** The elements stay in their order, so the image's index stays the same digit of an element's index. */
const sameElements: Rule = ({ shapes: [shape], images: [at], output }) => {
  if (!at) return undefined;
  const outer = sizeOf(numbers(shape.slice(0, at.axis))) * at.before;
  const axis = output.findIndex((dim) => typeof dim === 'string');
  const before = outer / sizeOf(numbers(output.slice(0, axis)));
  const after = numbers(output)[axis] / before;
  return axis >= 0 && Number.isInteger(before) && Number.isInteger(after) ? { axis, before, after } : undefined;
};

/** The place after axes of the input have gone (`keepdims` 0). */
const reduction: Rule = (call) => {
  const at = besides(call);
  if (!at || attributesOf(call.node).int('keepdims') !== 0) return at;
  return { ...at, axis: at.axis - call.axes.filter((axis) => axis < at.axis).length };
};

/** Rows of the left matrix, or stacks of matrices on both sides, belong to images. */
const matMul: Rule = ({ shapes: [a, b], images: [left, right], output }) => {
  if (a.length < 2 || b.length < 2) return undefined;
  const inStack = (at: BatchAxis, rank: number) => at.axis < rank - 2;
  const onOutput = (at: BatchAxis, rank: number) => ({ ...at, axis: at.axis + output.length - rank });
  if (left && !right) return left.axis < a.length - 1 ? onOutput(left, a.length) : undefined;
  if (right && !left) return right.axis !== b.length - 2 ? onOutput(right, b.length) : undefined;
  if (!left || !right || !inStack(left, a.length) || !inStack(right, b.length)) return undefined;
  const [x, y] = [onOutput(left, a.length), onOutput(right, b.length)];
  return same(x, y) ? x : undefined;
};

const gemm: Rule = ({ node, images: [left, ...others] }) => {
  const transposed = attributesOf(node).int('transA') !== 0;
  if (!left || others.some((at) => at) || left.axis !== (transposed ? 1 : 0)) return undefined;
  return { ...left, axis: 0 };
};

const gather: Rule = ({ axes: [axis], shapes: [, indices], images: [at, chosen] }) => {
  if (!at || chosen || axis === at.axis) return undefined;
  return axis < at.axis ? { ...at, axis: at.axis + indices.length - 1 } : at;
};

const transpose: Rule = ({ node, shapes: [shape], images: [at] }) => {
  const perm = attributesOf(node).ints('perm', [...shape.keys()].reverse());
  return at && { ...at, axis: perm.indexOf(at.axis) };
};

const concat: Rule = ({ axes: [axis], images }) => {
  const [first] = images;
  return first && first.axis !== axis && images.every((at) => at && same(at, first)) ? first : undefined;
};

/** Axes whose size a node changes. */
const unchanged: Rule = ({ shapes: [shape], images: [at], output }) =>
  at && shape.length === output.length && shape[at.axis] === output[at.axis] ? at : undefined;

const expand: Rule = ({ shapes: [shape], images: [at], output }) =>
  at && { ...at, axis: at.axis + output.length - shape.length };

/** Convolutions look at images one by one; batch normalisation is what proxies make of it, over whole images. */
const wholeImages: Rule = ({ images: [at, ...others] }) =>
  at?.axis === 0 && at.before === 1 && at.after === 1 && others.every((other) => !other) ? at : undefined;

const families: readonly (readonly [Rule, readonly string[]])[] = [
  [sameAxis, ['Relu', 'Sigmoid', 'Tanh', 'Erf', 'HardSigmoid', 'HardSwish', 'Clip', 'Identity', 'Cast']],
  [sameAxis, ['Neg', 'Abs', 'Exp', 'Log', 'Sqrt', 'Reciprocal']],
  [broadcast, ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Where']],
  [wholeImages, ['Conv', 'ConvTranspose', 'BatchNormalization']],
  [alongFirst, ['AveragePool', 'MaxPool', 'GlobalAveragePool', 'InstanceNormalization']],
  [sameElements, ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']],
  [besides, ['Softmax', 'LogSoftmax', 'Split', 'LayerNormalization']],
  [reduction, ['ReduceMean', 'ReduceMax', 'ReduceSum']],
  [unchanged, ['Slice', 'Pad', 'Tile']],
  [matMul, ['MatMul']],
  [gemm, ['Gemm']],
  [gather, ['Gather']],
  [transpose, ['Transpose']],
  [concat, ['Concat']],
  [expand, ['Expand']],
];
const rules = new Map(families.flatMap(([rule, ops]) => ops.map((op) => [op, rule] as const)));

/** The axes that a node works along, counted from the front. */
function axesOf(node: Node, rank: number, constant: (name: string) => Tensor | undefined): number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  const attributes = attributesOf(node);
  switch (node.op) {
    case 'LayerNormalization':
      return all.slice(fromEnd(attributes.int('axis'), rank));
    case 'Softmax':
    case 'LogSoftmax':
    case 'Split':
    case 'Gather':
    case 'Concat':
      return [fromEnd(attributes.int('axis'), rank)];
    case 'ReduceMean':
    case 'ReduceMax': {
      const axes = attributes.ints('axes', []);
      return axes.length === 0 ? all : axes.map((axis) => fromEnd(axis, rank));
    }
    case 'ReduceSum': {
      const axes = Array.from((constant(node.inputs[1] ?? '')?.data ?? []) as Iterable<number | bigint>, Number);
      if (axes.length === 0) return attributes.int('noop_with_empty_axes') === 1 ? [] : all;
      return axes.map((axis) => fromEnd(axis, rank));
    }
    default:
      return [];
  }
}

/**
 * Where the images are in every value that has them, by its name. Networks are scored image by image, so a node that
 * mixes images cannot be scored.
 * @throws ModelError naming such a node
 */
export function batchAxes(graph: Graph): Map<string, BatchAxis> {
  const types = GraphBuilder.from(graph);
  const places = new Map<string, BatchAxis>([[IMAGES, { axis: 0, before: 1, after: 1 }]]);
  for (const node of graph.nodes) {
    const present = node.inputs.filter((name) => name !== '');
    const images = present.map((name) => places.get(name));
    if (images.every((at) => at === undefined)) continue;
    const shapes = present.map((name) => types.value(name).shape);
    const axes = axesOf(node, shapes[0].length, (name) => graph.initializers.get(name));
    for (const name of node.outputs) {
      const output = types.value(name).shape;
      const at = rules.get(node.op)?.({ node, shapes, images, output, axes });
      if (!at || !fits(at, output)) {
        const inputs = shapes.map(formatShape).join(', ');
        throw ModelError.of(
          node,
          `mixes the images of a batch, or loses sight of them (${inputs} to ${formatShape(output)}): every image must be computed by itself`,
        );
      }
      places.set(name, at);
    }
  }
  return places;
}

/** Whether the shape has the batch in that place and in no other. */
function fits({ axis, before, after }: BatchAxis, shape: readonly Dim[]): boolean {
  return shape.every((dim, i) =>
    i === axis ? substituteDim(dim, { [BATCH]: 7919 }) === before * 7919 * after : typeof dim === 'number',
  );
}
