import { attributesOf, sizeOf, tensor, type Graph, type Node, type Tensor } from '@gradsign/onnx';

/**
 * Evaluates the nodes that reorder constants (Transpose, Reshape, and Slice of whole axes backwards), as gradients of
 * convolutions make them from weights: engines may then lay out the result for speed.
 */
export function foldConstants(graph: Graph): Graph {
  const views = new Map<string, View>();
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const viewOf = (name: string): View | undefined => {
    const constant = graph.initializers.get(name);
    return views.get(name) ?? (constant?.dtype === 'float32' ? whole(constant as Tensor<'float32'>) : undefined);
  };
  const nodes = graph.nodes.filter((node) => {
    const from = outputs.has(node.outputs[0]) ? undefined : viewOf(node.inputs[0]);
    const folded = from && fold(node, from, (i) => graph.initializers.get(node.inputs[i]));
    if (folded) views.set(node.outputs[0], folded);
    return !folded;
  });
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs]);
  const kept = [...graph.initializers].filter(([name]) => read.has(name));
  const made = [...views].filter(([name]) => read.has(name)).map(([name, view]) => [name, contents(view)] as const);
  return { ...graph, nodes, initializers: new Map([...kept, ...made]) };
}

/** Elements of a constant in another order: those that strides, from a start, find in its data. */
interface View {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly start: number;
}

function whole({ data, shape }: Tensor<'float32'>): View {
  return { data, shape, strides: shape.map((_, axis) => sizeOf(shape.slice(axis + 1))), start: 0 };
}

function fold(node: Node, x: View, constant: (input: number) => Tensor | undefined): View | undefined {
  const integers = (input: number) => Array.from((constant(input)?.data ?? []) as Iterable<number | bigint>, Number);
  switch (node.op) {
    case 'Transpose': {
      const perm = attributesOf(node).ints('perm', [...x.shape.keys()].reverse());
      return { ...x, shape: perm.map((axis) => x.shape[axis]), strides: perm.map((axis) => x.strides[axis]) };
    }
    case 'Reshape': {
      const shape = integers(1);
      return shape.every((size) => size > 0) ? whole(tensor('float32', shape, contents(x).data)) : undefined;
    }
    case 'Slice': {
      const [starts, ends, axes, steps] = [1, 2, 3, 4].map(integers);
      const backwards = (axis: number, i: number) => starts[i] === -1 && ends[i] < -x.shape[axis] && steps[i] === -1;
      if (axes.length === 0 || !axes.every(backwards)) return undefined;
      return {
        ...x,
        strides: x.strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
        start: axes.reduce((start, axis) => start + (x.shape[axis] - 1) * x.strides[axis], x.start),
      };
    }
    default:
      return undefined;
  }
}

function contents(view: View): Tensor<'float32'> {
  const { data, shape, start } = view;
  const axes = mergedAxes(view);
  const { size: run, stride: step } = axes.pop() ?? { size: 1, stride: 0 };
  const result = new Float32Array(sizeOf(shape));
  const position = axes.map(() => 0);
  for (let to = 0, from = start; to < result.length;) {
    for (let i = 0; i < run; i++) result[to++] = data[from + i * step];
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { size, stride } = axes[axis];
      from += stride;
      if (++position[axis] < size) break;
      from -= size * stride;
      position[axis] = 0;
    }
  }
  return tensor('float32', shape, result);
}

/** The axes of a view, those that are walked like one joined into one. */
function mergedAxes({ shape, strides }: View): { size: number; stride: number }[] {
  const axes: { size: number; stride: number }[] = [];
  shape.forEach((size, axis) => {
    const stride = strides[axis];
    const last = axes.at(-1);
    if (last?.stride === size * stride) axes[axes.length - 1] = { size: last.size * size, stride };
    else axes.push({ size, stride });
  });
  return axes;
}
