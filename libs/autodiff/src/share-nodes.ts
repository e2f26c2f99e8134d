import type { Attribute, Graph, Node, Tensor } from '@gradsign/onnx';

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
  const present = outputs.length === 1 ? '' : outputs.map((output) => (output === '' ? '-' : '+')).join('');
  const settings = Object.keys(attributes)
    .sort()
    .map((name) => `${name}=${text(attributes[name])}`);
  return JSON.stringify([op, present, settings, inputs]);
}

function text(value: Attribute): string {
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.join();
  const { dtype, shape, data } = value as Tensor;
  return `${dtype}[${shape.join()}]${data.join()}`;
}
