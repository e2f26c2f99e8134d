import { formatShape } from './dims';
import type { Graph, ValueInfo } from './graph';
import { GraphError, NodeError } from './graph-error';
import { checkNode } from './inference';
import { sizeOf } from './tensor';

/**
 * Checks a graph's structure: names, one definition of every value before its use, known operators with the
 * right attributes and numbers of inputs and outputs. Types and shapes are not looked at (`GraphBuilder.from`
 * infers those).
 * @throws GraphError naming the node or value and the rule
 */
export function checkGraph(graph: Graph): void {
  const defined = new Set<string>();
  const define = (value: string, by: string) => {
    if (value === '') throw new GraphError(`${by} must have a name`);
    if (defined.has(value)) throw new GraphError(`${by}: value "${value}" is defined twice`);
    defined.add(value);
  };
  for (const input of graph.inputs) {
    define(input.name, 'an input');
    checkShape('input', input);
  }
  for (const [name, { shape, data }] of graph.initializers) {
    define(name, 'an initializer');
    if (data.length !== sizeOf(shape)) {
      throw new GraphError(
        `initializer "${name}" of shape ${formatShape(shape)} must not have ${data.length} elements`,
      );
    }
  }
  const later = new Set(graph.nodes.flatMap((node) => node.outputs));
  const names = new Set<string>();
  for (const node of graph.nodes) {
    if (node.name === '') throw new NodeError(node.op, node.name, 'must have a name');
    if (names.has(node.name)) throw new NodeError(node.op, node.name, 'has the name of another node');
    names.add(node.name);
    checkNode(node);
    for (const input of node.inputs) {
      if (input === '' || defined.has(input)) continue;
      const rule = later.has(input) ? 'is used before the node that defines it' : 'is not defined';
      throw new NodeError(node.op, node.name, rule, input);
    }
    for (const output of node.outputs) if (output !== '') define(output, `node "${node.name}" (${node.op})`);
  }
  if (graph.outputs.length === 0) throw new GraphError(`graph "${graph.name}" must have an output`);
  const outputs = new Set<string>();
  for (const output of graph.outputs) {
    if (!defined.has(output.name)) throw new GraphError(`output "${output.name}" is not defined`);
    if (outputs.has(output.name)) throw new GraphError(`output "${output.name}" is listed twice`);
    outputs.add(output.name);
    checkShape('output', output);
  }
}

function checkShape(what: string, { name, shape }: ValueInfo): void {
  const valid = shape.every((dim) => (typeof dim === 'string' ? dim !== '' : Number.isSafeInteger(dim) && dim >= 0));
  if (!valid)
    throw new GraphError(`${what} "${name}" has shape ${formatShape(shape)}, must have sizes of at least 0 or names`);
}
