import type { Attribute, Graph, Node } from '@gradsign/onnx';

/**
 * Computes what several nodes compute from the same inputs once (common subexpressions). Values do not change; the
 * later node's outputs are read under the names of the first one's, unless they are graph outputs.
 */
export function shareNodes(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const aliases = new Map<string, string>();
  const first = new Map<string, Node>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => aliases.get(input) ?? input);
    const key = keyOf(node, inputs);
    const known = first.get(key);
    if (known && !node.outputs.some((output) => outputs.has(output))) {
      node.outputs.forEach((output, i) => aliases.set(output, known.outputs[i]));
      continue;
    }
    nodes.push({ ...node, inputs });
    if (!known) first.set(key, node);
  }
  return { ...graph, nodes };
}

/** Equal for nodes with equal results: operator, attributes, inputs, and which outputs there are. */
function keyOf({ op, attributes, outputs }: Node, inputs: readonly string[]): string {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([op, inputs, outputs.map((output) => output !== ''), sorted.map(([k, v]) => [k, plain(v)])]);
}

/** Attributes as JSON; a tensor by its content. */
function plain(value: Attribute): unknown {
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const { dtype, shape, data } = value as Exclude<Attribute, number | string | readonly number[]>;
  return [dtype, shape, Array.from(data as ArrayLike<number | bigint>, String)];
}
