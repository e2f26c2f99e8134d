import { GraphBuilder, removeDeadNodes, type Graph, type Node } from '@gradsign/onnx';
import type { Network } from './network';
import { zeroValues } from './zeros';

/**
 * Removes what is structurally dead: nodes that do not reach an output, or only through values that are zero whatever
 * the inputs are (a `none` operation and what hangs on it). Neither the outputs nor the gradients of the weights that
 * remain change, and those of the weights that are removed are zero; initializers of zeros and `zeroInputs` are
 * constants here. A zero that a living node still reads (for instance in a concatenation) keeps its nodes. Inputs and
 * initializers that nothing reads any more are dropped.
 * @param zeroInputs graph inputs to be taken as constant zeros (see `zeroWeights`)
 */
export function prune(graph: Graph, zeroInputs: ReadonlySet<string> = new Set()): Graph {
  const rewritten = removeDeadNodes(withoutZeroTerms(graph, zeroValues(graph, zeroInputs)));
  const read = new Set([...rewritten.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
  return { ...rewritten, inputs: graph.inputs.filter(({ name }) => read.has(name)) };
}

/** A network with its graph pruned, its zero-initialised shifts taken as zero, and only the weights that remain. */
export function pruneNetwork(network: Network): Network {
  const graph = prune(network.graph, zeroWeights(network));
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  return { ...network, graph, weights: network.weights.filter(({ path }) => inputs.has(path)) };
}

/** Paths of the shifts and biases that start at zero. */
export function zeroWeights({ weights }: Network): Set<string> {
  const zero = weights.filter(
    ({ role, init }) => (role === 'norm_shift' || role === 'bias') && init.kind === 'constant' && init.value === 0,
  );
  return new Set(zero.map(({ path }) => path));
}

/** Reads x where x + 0, 0 + x, x − 0 or Identity(x) was read. */
function withoutZeroTerms(graph: Graph, zero: ReadonlySet<string>): Graph {
  const types = GraphBuilder.from(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const sameShape = (a: string, b: string) => types.value(a).shape.join() === types.value(b).shape.join();

  /** The input that the node's output equals, if there is one. */
  const equalInput = ({ op, inputs, outputs: [output] }: Node): string | undefined => {
    switch (op) {
      case 'Identity':
        return inputs[0];
      case 'Add':
        return inputs.find((input, i) => zero.has(inputs[1 - i]) && sameShape(input, output));
      case 'Sub':
        return zero.has(inputs[1]) && sameShape(inputs[0], output) ? inputs[0] : undefined;
      default:
        return undefined;
    }
  };

  const aliases = new Map<string, string>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => aliases.get(input) ?? input);
    const equal = equalInput({ ...node, inputs });
    if (equal === undefined) {
      nodes.push({ ...node, inputs });
    } else if (outputs.has(node.outputs[0])) {
      nodes.push({ ...node, op: 'Identity', inputs: [equal], attributes: {} });
    } else {
      aliases.set(node.outputs[0], equal);
    }
  }
  return { ...graph, nodes };
}
