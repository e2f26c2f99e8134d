import { attributesOf, sizeOf, tensor, type Graph, type Node, type Tensor } from '@gradsign/onnx';

/**
 * Evaluates the nodes that reorder constants (Transpose, Reshape, and Slice of whole axes backwards), as gradients of
 * convolutions make them from weights: engines may then lay out the result for speed.
 */
export function foldConstants(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const nodes = graph.nodes.filter((node) => {
    const data = initializers.get(node.inputs[0]);
    if (data?.dtype !== 'float32' || outputs.has(node.outputs[0])) return true;
    const folded = fold(node, data as Tensor<'float32'>, (i) => initializers.get(node.inputs[i]));
    if (folded) initializers.set(node.outputs[0], folded);
    return !folded;
  });
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs]);
  return { ...graph, nodes, initializers: new Map([...initializers].filter(([name]) => read.has(name))) };
}

type Float = Tensor<'float32'>;

function fold(node: Node, x: Float, constant: (input: number) => Tensor | undefined): Float | undefined {
  const integers = (input: number) => Array.from((constant(input)?.data ?? []) as Iterable<number | bigint>, Number);
  switch (node.op) {
    case 'Transpose': {
      const perm = attributesOf(node).ints('perm', [...x.shape.keys()].reverse());
      const strides = stridesOf(x.shape);
      return reorder(
        x,
        perm.map((axis) => x.shape[axis]),
        perm.map((axis) => strides[axis]),
      );
    }
    case 'Reshape': {
      const shape = integers(1);
      return shape.every((size) => size > 0) ? tensor('float32', shape, x.data) : undefined;
    }
    case 'Slice':
      return reverse(x, integers(1), integers(2), integers(3), integers(4));
    default:
      return undefined;
  }
}

/** A Slice that walks backwards over the whole of each of its axes. */
function reverse(x: Float, starts: number[], ends: number[], axes: number[], steps: number[]): Float | undefined {
  const whole = axes.every((axis, i) => starts[i] === -1 && ends[i] < -x.shape[axis] && steps[i] === -1);
  if (!whole || axes.length === 0) return undefined;
  const strides = stridesOf(x.shape);
  const start = axes.reduce((offset, axis) => offset + (x.shape[axis] - 1) * strides[axis], 0);
  return reorder(
    x,
    x.shape,
    strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
    start,
  );
}

/** The tensor whose element at a position is the one that strides (and a start) find in `x`. */
function reorder({ data }: Float, shape: readonly number[], strides: readonly number[], start = 0): Float {
  const result = new Float32Array(sizeOf(shape));
  const last = shape.length - 1;
  const position = shape.map(() => 0);
  for (let to = 0, from = start; to < result.length;) {
    for (let i = 0; i < shape[last]; i++) result[to++] = data[from + i * strides[last]];
    for (let axis = last - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++position[axis] < shape[axis]) break;
      from -= shape[axis] * strides[axis];
      position[axis] = 0;
    }
  }
  return tensor('float32', shape, result);
}

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}
