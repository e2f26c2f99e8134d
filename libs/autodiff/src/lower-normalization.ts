import { attributesOf, float32, GraphBuilder, sizeOf, type Graph, type Node, type Value } from '@gradsign/onnx';
import { dims, reshape } from './shape';

/**
 * Writes every InstanceNormalization as a LayerNormalization over the spatial axes, which also gives the inverse
 * deviations that the gradient needs; the values keep their names. Scale and shift are left out where they are
 * constant ones and zeros: nothing can then be differentiated with respect to them.
 */
export function lowerNormalization(graph: Graph): Graph {
  const builder = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  builder.reserve(graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  const ones = onesOf(builder);
  for (const node of graph.nodes) {
    if (node.op === 'InstanceNormalization') lower(builder, node, ones);
    else builder.append(node);
  }
  const { nodes, initializers } = builder.build();
  return { ...graph, nodes, initializers };
}

function lower(builder: GraphBuilder, node: Node, ones: (shape: readonly number[]) => Value): void {
  const [x, scale, shift] = node.inputs.map((name) => builder.value(name));
  const [name] = node.outputs;
  const space = dims(x).slice(2);
  const attributes = { axis: 2, epsilon: attributesOf(node).float('epsilon') };
  const scaled = !isConstant(builder, scale, 1);
  const shifted = !isConstant(builder, shift, 0);
  const onChannels = (v: Value) => reshape(builder, v, [1, ...dims(v), ...space.map(() => 1)]);

  const own = scaled || shifted ? `${node.name}.normalized` : name;
  const statistics = [`${node.name}.mean`, `${node.name}.inverse_deviation`];
  const inputs = [x.name, ones(space).name];
  builder.append({ op: 'LayerNormalization', name: own, inputs, outputs: [own, ...statistics], attributes });
  let y = builder.value(own);
  if (scaled) y = builder.node('Mul', [y, onChannels(scale)], {}, shifted ? undefined : name);
  if (shifted) builder.node('Add', [y, onChannels(shift)], {}, name);
}

function isConstant(builder: GraphBuilder, value: Value, constant: number): boolean {
  return builder.constantOf(value)?.data.every((v) => Number(v) === constant) ?? false;
}

/** Constants of ones, one a shape. */
function onesOf(builder: GraphBuilder): (shape: readonly number[]) => Value {
  const known = new Map<string, Value>();
  return (shape) => {
    const key = shape.join();
    const ones = known.get(key) ?? builder.constant(float32(new Float32Array(sizeOf(shape)).fill(1), shape));
    known.set(key, ones);
    return ones;
  };
}
