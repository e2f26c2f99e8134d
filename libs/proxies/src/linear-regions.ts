import { BATCH, normalize, type Network } from '@gradsign/network';
import { GraphBuilder, removeDeadNodes, specialize, type Graph, type Tensor, type Value } from '@gradsign/onnx';
import { finish } from './forward';

/** A cell alone, on inputs of its own. */
export interface CellGraph {
  /** Its outputs are the outputs of the cell's ReLUs on feature maps. */
  readonly graph: Graph;
  /** The cell's inputs, as far as they matter: [B, C, size, size] each. */
  readonly inputs: readonly Value[];
}

/** The first cell of a network as a graph, with the outputs of its ReLUs, for inputs of `size` × `size` pixels. */
export function firstCellGraph(network: Network, batchSize: number, size: number): CellGraph {
  const forward = normalize(specialize(network.graph, { [BATCH]: batchSize }), 'batch');
  const types = GraphBuilder.from(forward);
  const [cell] = network.cells!;
  const inputs = [...new Set(cell.inputs)].map((name) => {
    const { dtype, shape } = types.value(name);
    return { name, dtype, shape: [batchSize, shape[1], size, size] };
  });
  // What comes before the inputs is cut off, and what the cell's output does not depend on is dead.
  const nodes = forward.nodes.filter(({ outputs }) => !inputs.some(({ name }) => outputs.includes(name)));
  const own = removeDeadNodes({ ...forward, nodes, outputs: [types.value(cell.output)] });
  const read = new Set(own.nodes.flatMap((node) => node.inputs));
  const weights = forward.inputs.filter(({ name }) => read.has(name));
  const builder = GraphBuilder.from({ ...own, inputs: [...inputs, ...weights], outputs: [] });
  for (const { op, outputs } of own.nodes) if (op === 'Relu') builder.output(builder.value(outputs[0]), outputs[0]);
  const graph = finish(builder);
  return { graph, inputs: graph.inputs.filter(({ name }) => cell.inputs.includes(name)) };
}

/** The distinct patterns, one a sample, of which units are on. */
export class ActivationPatterns {
  private readonly known = new Set<string>();

  /** @param outputs of ReLUs, [B, …] each */
  add(outputs: readonly Pick<Tensor, 'data'>[], batchSize: number): void {
    for (let sample = 0; sample < batchSize; sample++) {
      let pattern = '';
      for (const { data } of outputs as readonly Tensor<'float32'>[]) {
        const units = data.length / batchSize;
        for (let k = sample * units; k < (sample + 1) * units; k++) pattern += data[k] > 0 ? '1' : '0';
      }
      this.known.add(pattern);
    }
  }

  get count(): number {
    return this.known.size;
  }
}
