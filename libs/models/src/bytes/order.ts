import type { Node } from '@gradsign/onnx';
import { ModelError } from '../model-error';

const NAMED = 5;

/**
 * The nodes in an order in which every value is made before it is read.
 * @param given names of inputs and initializers
 * @throws ModelError for a value that is defined twice or not at all, and for cycles, naming nodes on them
 */
export function inOrder(nodes: readonly Node[], given: Iterable<string>): Node[] {
  const makers = new Map<string, Node | undefined>();
  for (const name of given) makers.set(name, undefined);
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (makers.has(output)) throw ModelError.of(node, `its output "${output}" is defined twice`);
      makers.set(output, node);
    }
  }
  return sorted(nodes, (node) => {
    const sources = node.inputs.map((input) => {
      if (input !== '' && !makers.has(input)) {
        throw ModelError.of(node, `its input "${input}" is not defined: no input, initializer or node has that name`);
      }
      return makers.get(input);
    });
    return sources.filter((source) => source !== undefined);
  });
}

/** Every node behind its sources, in the given order where that is one. */
function sorted(nodes: readonly Node[], sourcesOf: (node: Node) => Node[]): Node[] {
  const ordered: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  for (const root of nodes) {
    const path: { readonly node: Node; readonly sources: Node[] }[] = [];
    const open = (node: Node) => {
      state.set(node, 'open');
      path.push({ node, sources: sourcesOf(node) });
    };
    if (!state.has(root)) open(root);
    while (path.length > 0) {
      const { node, sources } = path[path.length - 1];
      const source = sources.pop();
      if (source === undefined) {
        state.set(node, 'done');
        ordered.push(node);
        path.pop();
      } else if (state.get(source) === 'open') {
        throw cycle(path.map((step) => step.node).slice(path.findIndex((step) => step.node === source)));
      } else if (!state.has(source)) {
        open(source);
      }
    }
  }
  return ordered;
}

function cycle(nodes: readonly Node[]): ModelError {
  const names = nodes.slice(0, NAMED).map(({ name, op }) => `"${name}" (${op})`);
  const more = nodes.length > NAMED ? ` and ${nodes.length - NAMED} more` : '';
  return new ModelError(`the graph has a cycle: ${names.join(', ')}${more}`);
}
