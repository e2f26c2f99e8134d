import { GraphBuilder, type Graph, type Node, type ValueInfo } from '@gradsign/onnx';

const trains = ({ op, attributes }: Node): boolean => op === 'BatchNormalization' && attributes.training_mode === 1;

/**
 * The graph with the running statistics of every BatchNormalization in training mode among its outputs.
 *
 * ONNX Runtime (seen in 1.30) writes running statistics that are not graph outputs over the node's own mean and
 * variance inputs, be they constants (which it shares with equal ones, such as a scale of ones: the result is
 * wrong) or the caller's feeds. As graph outputs they have memory of their own.
 */
export function keepStatistics(graph: Graph): Graph {
  if (!graph.nodes.some(trains)) return graph;
  const nodes = graph.nodes.map((node) => {
    const names = node.outputs.map((name, i) => (name === '' ? `${node.name}.${i}` : name));
    return trains(node) ? { ...node, outputs: names } : node;
  });
  const types = GraphBuilder.from({ ...graph, nodes });
  const known = new Set(graph.outputs.map(({ name }) => name));
  const statistics = nodes
    .filter(trains)
    .flatMap(({ outputs }) => outputs.slice(1))
    .filter((name) => !known.has(name));
  return { ...graph, nodes, outputs: [...graph.outputs, ...statistics.map((name): ValueInfo => types.value(name))] };
}
