import { substitute } from './dims';
import type { Graph, Node, ValueInfo } from './graph';
import { GraphError } from './graph-error';

/** The graph without the nodes and initializers that no output depends on. Inputs stay. */
export function removeDeadNodes(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) needed.add(input);
  }
  return {
    ...graph,
    nodes: nodes.reverse(),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
  };
}

/**
 * The graph with symbolic dimensions replaced by sizes, as in `specialize(graph, { N: 64 })`; products such as
 * `12*N` follow, and symbols that are not named stay.
 * @throws GraphError for a size that is not a positive integer
 */
export function specialize(graph: Graph, sizes: Readonly<Record<string, number>>): Graph {
  for (const [symbol, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1)
      throw new GraphError(`dimension ${symbol} = ${size} must be a positive integer`);
  }
  const replace = (value: ValueInfo): ValueInfo => ({
    ...value,
    shape: value.shape.map((dim) => substitute(dim, sizes)),
  });
  return { ...graph, inputs: graph.inputs.map(replace), outputs: graph.outputs.map(replace) };
}
