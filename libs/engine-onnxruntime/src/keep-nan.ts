import type { Graph, Node } from '@gradsign/onnx';

/**
 * The graph with NaN kept by every HardSigmoid.
 *
 * WebGPU (seen in ONNX Runtime 1.30) clamps NaN to 1, so that a gradient which is no number would count as a step. Its
 * Sign keeps NaN: Sign(x) − Sign(x), which is added, is NaN for NaN and 0 for everything else, infinities included.
 */
export function keepNaN(graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.flatMap((node) => (node.op === 'HardSigmoid' ? kept(node) : [node])) };
}

function kept(node: Node): Node[] {
  const [x] = node.inputs;
  const [y] = node.outputs;
  const [clamped, sign, nan] = ['clamped', 'sign', 'nan'].map((part) => `${y}.${part}`);
  const step = (op: string, inputs: string[], output: string): Node => ({
    op,
    name: `${node.name}.${op}`,
    inputs,
    outputs: [output],
    attributes: {},
  });
  return [
    { ...node, outputs: [clamped] },
    step('Sign', [x], sign),
    step('Sub', [sign, sign], nan),
    step('Add', [clamped, nan], y),
  ];
}
