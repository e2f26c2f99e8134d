import { attributesOf, float32, GraphBuilder, type Graph, type Node, type Value } from '@gradsign/onnx';
import { dims, reshape } from './shape';

/**
 * Rewrites normalisation nodes into operators that have gradient rules; the values keep their names.
 * - InstanceNormalization becomes LayerNormalization over rows [B·C, H·W], which gives normalised values and inverse
 *   deviations in one pass.
 * - BatchNormalization in training mode becomes its means and products: its gradient then comes from theirs, to any
 *   order.
 */
export function lowerNormalization(graph: Graph): Graph {
  const builder = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  builder.reserve(graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  for (const node of graph.nodes) {
    switch (node.op) {
      case 'InstanceNormalization':
        lowerInstance(builder, node);
        break;
      case 'BatchNormalization':
        lowerBatch(builder, node);
        break;
      default:
        builder.append(node);
    }
  }
  const { nodes, initializers } = builder.build();
  return { ...graph, nodes, initializers };
}

function lowerInstance(builder: GraphBuilder, node: Node): void {
  const x = builder.value(node.inputs[0]);
  const [batch, channels, ...space] = dims(x);
  const pixels = space.reduce((a, b) => a * b, 1);
  const rows = reshape(builder, x, [batch * channels, pixels]);
  const ones = builder.constant(float32(new Float32Array(pixels).fill(1)));
  const epsilon = attributesOf(node).float('epsilon');
  const [normalized] = builder.nodes('LayerNormalization', [rows, ones], 3, { axis: -1, epsilon });
  finish(builder, node, reshape(builder, normalized, dims(x)));
}

function lowerBatch(builder: GraphBuilder, node: Node): void {
  const x = builder.value(node.inputs[0]);
  const axes = [
    0,
    ...dims(x)
      .slice(2)
      .map((_, i) => i + 2),
  ];
  const mean = (v: Value) => builder.node('ReduceMean', [v], { axes, keepdims: 1 });
  const centred = builder.node('Sub', [x, mean(x)]);
  const variance = mean(builder.node('Mul', [centred, centred]));
  const epsilon = builder.constant(float32([attributesOf(node).float('epsilon')], []));
  const deviation = builder.node('Sqrt', [builder.node('Add', [variance, epsilon])]);
  finish(builder, node, builder.node('Div', [centred, deviation]));
}

/** Scale and shift by channel, left out where they are constant ones and zeros. */
function finish(builder: GraphBuilder, node: Node, normalized: Value): void {
  const [scale, shift] = node.inputs.slice(1, 3).map((name) => builder.value(name));
  const column = (v: Value) => reshape(builder, v, [1, dims(v)[0], 1, 1]);
  const constantly = (v: Value, value: number) => builder.constantOf(v)?.data.every((d) => Number(d) === value);
  let y = normalized;
  if (!constantly(scale, 1)) y = builder.node('Mul', [y, column(scale)]);
  if (!constantly(shift, 0)) y = builder.node('Add', [y, column(shift)]);
  builder.node('Identity', [y], {}, node.outputs[0]);
}
