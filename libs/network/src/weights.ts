import type { Graph, Tensor } from '@gradsign/onnx';
import type { Network } from './network';
import { NetworkError } from './network-error';

/**
 * The network's graph with the weights given as initializers instead of inputs.
 * @param values one tensor a weight, by path; entries for other paths are ignored
 * @throws NetworkError naming the weight whose values are absent or have another shape
 */
export function withWeights(network: Network, values: ReadonlyMap<string, Tensor>): Graph {
  const initializers = new Map(network.graph.initializers);
  for (const { path, shape } of network.weights) {
    const value = values.get(path);
    if (value === undefined) {
      throw new NetworkError(path, 'has no values: every weight of the network needs a tensor');
    }
    if (value.shape.join() !== shape.join()) {
      throw new NetworkError(path, `has values of shape [${value.shape.join()}]: its shape is [${shape.join()}]`);
    }
    initializers.set(path, value);
  }
  const inputs = network.graph.inputs.filter(({ name }) => !initializers.has(name));
  return { ...network.graph, inputs, initializers };
}
