import { attributesOf, GraphBuilder, int64, sizeOf, type Graph, type Node, type Value } from '@gradsign/onnx';
import { constantOf, evaluate, tensorOf } from '../evaluate';
import { ModelError } from '../model-error';
import { batchAxes, type BatchAxis } from './batch-axis';

/**
 * The graph with every product by a constant matrix a layer of images: its input has the images along the first axis.
 * Where a model has them elsewhere (attention that wants the sequence first, rows of all images in one matrix), axes
 * are moved before the layer and back behind it.
 * @throws ModelError naming a node that mixes images, or a layer that cannot be brought into that form.
 */
export function alignLayers(graph: Graph): Graph {
  const places = batchAxes(graph);
  const builder = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  builder.reserve(graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  for (const node of graph.nodes) {
    const at = places.get(node.inputs[0]);
    const layer = at && (node.op === 'Gemm' || node.op === 'MatMul') && graph.initializers.has(node.inputs[1]);
    if (layer && isMisplaced(at)) align(builder, node, at);
    else builder.append(node);
  }
  const { nodes, initializers } = builder.build();
  return { ...graph, nodes, initializers };
}

function isMisplaced({ axis, before, after }: BatchAxis): boolean {
  return axis !== 0 || before !== 1 || after !== 1;
}

function align(builder: GraphBuilder, node: Node, { axis, before, after }: BatchAxis): void {
  const [x, w] = node.inputs.map((name) => builder.value(name));
  if (w.shape.length !== 2)
    throw ModelError.of(node, 'multiplies by a stack of matrices where the batch is not the first axis');
  const sizes = x.shape.map((dim, i) => (i === axis ? 1 : Number(dim)));
  const [lead, tail] = [sizeOf(sizes.slice(0, axis)) * before, after * sizeOf(sizes.slice(axis + 1, -1))];
  const reshape = (value: Value, shape: readonly number[]) =>
    builder.node('Reshape', [value, builder.constant(int64(shape))]);
  const swapped = (value: Value) => builder.node('Transpose', [value], { perm: [1, 0, 2, 3] });

  // [lead, N, tail, in]: the images first, then whatever else their rows are counted by.
  const width = sizes.at(-1)!;
  const rows = swapped(reshape(x, [lead, -1, tail, width]));
  const product = multiply(builder, node, reshape(rows, [-1, lead * tail, width]));
  const out = Number(product.shape.at(-1));
  const back = swapped(reshape(product, [-1, lead, tail, out]));
  const shape = [...x.shape.slice(0, -1), out].map((dim, i) => (i === axis ? -1 : Number(dim)));
  builder.append({
    op: 'Reshape',
    name: node.name,
    inputs: [back.name, builder.constant(int64(shape)).name],
    outputs: node.outputs,
    attributes: {},
  });
}

/** rows [N, R, in] by the node's matrix: [N, R, out]. */
function multiply(builder: GraphBuilder, node: Node, rows: Value): Value {
  const [, w, bias] = node.inputs.map((name) => (name === '' ? undefined : builder.value(name)));
  if (node.op === 'MatMul') return builder.node('MatMul', [rows, w], {}, `${node.name}.product`);
  const attributes = attributesOf(node);
  const plain = attributes.float('alpha') === 1 && attributes.float('beta') === 1 && attributes.int('transA') === 0;
  if (!plain || (bias && bias.shape.length > 1)) {
    throw ModelError.of(node, 'is a product of a form that is supported only where each image has one row');
  }
  const matrix = attributes.int('transB') === 1 ? transposed(builder, w!) : w;
  const product = builder.node('MatMul', [rows, matrix], {}, `${node.name}.product`);
  return bias ? builder.node('Add', [product, bias]) : product;
}

/** A constant matrix's transpose, as a constant. */
function transposed(builder: GraphBuilder, w: Value): Value {
  const name = `${w.name}.transposed`;
  const node: Node = { op: 'Transpose', name, inputs: [w.name], outputs: [name], attributes: { perm: [1, 0] } };
  const [result] = evaluate(node, [constantOf(builder.constantOf(w)!)])!;
  return builder.constant(tensorOf(result)!);
}
