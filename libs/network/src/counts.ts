import { GraphBuilder, attributesOf, sizeOf, substituteDim, type Graph, type Node, type Value } from '@gradsign/onnx';
import { BATCH, type Network, type WeightSpec } from './network';
import { NetworkError } from './network-error';
import { zeroWeights } from './prune';
import { zeroValues } from './zeros';

/**
 * Trainable parameters of the network, weights of dead parts included. A normalisation whose scale and shift the
 * network fixes counts with both, as it is trained with them: so the number is the one that benchmarks publish.
 */
export function parameterCount({ graph, weights }: Network): number {
  const own = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const fixed = graph.nodes
    .filter(({ op }) => op === 'BatchNormalization')
    .flatMap(({ inputs }) => inputs.slice(1, 3))
    .map((name) => graph.initializers.get(name)?.data.length ?? 0);
  return fixed.reduce((sum, size) => sum + size, own);
}

/**
 * Multiply-adds of one sample's forward pass as NAS-Bench-201 counts them: convolutions and matrix products, one more
 * for every output element that gets a bias; normalisation, activation, pooling and sums are not counted.
 * @throws NetworkError naming the node whose sizes are symbolic beyond the batch
 */
export function flops(graph: Graph): number {
  const types = GraphBuilder.from(graph);
  return graph.nodes.reduce((sum, node) => sum + multiplyAdds(node, (name) => types.value(name)), 0);
}

function multiplyAdds(node: Node, value: (name: string) => Value): number {
  if (node.op !== 'Conv' && node.op !== 'Gemm' && node.op !== 'MatMul') {
    return 0;
  }
  const dims = (name: string) =>
    value(name).shape.map((size) => {
      const own = substituteDim(size, { [BATCH]: 1 });
      if (typeof own !== 'number') {
        throw new NetworkError(node.name, `has the symbolic size ${size}: only the batch may be symbolic`);
      }
      return own;
    });
  // The batch may be any axis (attention that wants the sequence first), or part of one.
  const symbolic = value(node.outputs[0]).shape.some((size) => typeof size === 'string');
  const outputs = sizeOf(symbolic ? dims(node.outputs[0]) : dims(node.outputs[0]).slice(1));
  const bias = (node.inputs[2] ?? '') === '' ? 0 : outputs;
  switch (node.op) {
    case 'Conv':
      return outputs * sizeOf(dims(node.inputs[1]).slice(1)) + bias;
    case 'Gemm': {
      const [rows, columns] = dims(node.inputs[1]);
      return outputs * (attributesOf(node).int('transB') === 0 ? rows : columns) + bias;
    }
    case 'MatMul':
      return outputs * dims(node.inputs[0]).at(-1)!;
  }
}

/**
 * The convolution and linear weights whose gradient is not zero for a structural reason at initialisation: those of
 * layers whose input is not identically zero and whose output reaches the network's through values that are not.
 */
export function liveWeightSpecs(network: Network): WeightSpec[] {
  const live = influences(network.graph, zeroValues(network.graph, zeroWeights(network)));
  return network.weights.filter(({ path, role }) => (role === 'conv' || role === 'linear') && live.has(path));
}

/** Number of elements of `liveWeightSpecs`. */
export function liveWeights(network: Network): number {
  return liveWeightSpecs(network).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Values that an output depends on, given those that are identically zero. */
function influences(graph: Graph, zero: ReadonlySet<string>): Set<string> {
  const live = new Set(graph.outputs.map(({ name }) => name));
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => live.has(output) && !zero.has(output))) {
      continue;
    }
    node.inputs.forEach((input, i) => {
      const factor = i < 2 && PRODUCTS.has(node.op) ? node.inputs[1 - i] : undefined;
      if (factor === undefined || !zero.has(factor)) {
        live.add(input);
      }
    });
  }
  return live;
}

/** Operators that are linear in each of their first two inputs: where one is zero, the other does not matter. */
const PRODUCTS = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Mul']);
