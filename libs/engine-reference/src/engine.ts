import { UnsupportedOperatorError, type Engine, type Session } from '@gradsign/engine';
import {
  attributesOf,
  checkGraph,
  GraphBuilder,
  GraphError,
  type Graph,
  type Tensor,
  type ValueInfo,
} from '@gradsign/onnx';
import { Call, storageOf, widen, type OutputType } from './call';
import { kernels } from './kernels';

type Values = Map<string, Tensor>;

/** A prepared node: adds its outputs to the values. */
type Step = (values: Values) => void;

/**
 * Interprets graphs in float64, one plain loop per operator: the truth that other engines are tested against, and
 * the engine for what float32 cannot hold. float32 values are widened, and come back as float64.
 */
export class ReferenceEngine implements Engine {
  readonly name = 'reference';
  readonly device = 'cpu';
  readonly precision = 'float64';

  /**
   * @throws GraphError for a graph that breaks a rule, or that has symbolic dimensions
   * @throws UnsupportedOperatorError
   */
  async load(graph: Graph): Promise<Session> {
    checkGraph(graph);
    const types = GraphBuilder.from(graph);
    const lastUse = lastUses(graph);
    const constants: Values = new Map();
    for (const [name, value] of graph.initializers) constants.set(name, widen(value));
    const steps = graph.nodes.map((node, i): Step => {
      const kernel = kernels.get(node.op);
      if (kernel === undefined) throw new UnsupportedOperatorError(this.name, node.op, node.name);
      const attributes = attributesOf(node);
      const outputs = node.outputs.map((name) =>
        name === '' ? ({ dtype: 'float64', shape: [] } as const) : fixed(types.value(name)),
      );
      return (values) => {
        const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
        const results = kernel(new Call(node, attributes, inputs, outputs));
        node.outputs.forEach((name, k) => values.set(name, results[k]));
        for (const name of lastUse[i]) values.delete(name);
      };
    });
    return {
      run: async (feeds) => {
        const values: Values = new Map(constants);
        for (const input of graph.inputs) values.set(input.name, feed(input, feeds));
        for (const step of steps) step(values);
        return Object.fromEntries(graph.outputs.map(({ name }) => [name, values.get(name) as Tensor]));
      },
      release: async () => constants.clear(),
    };
  }
}

/** For each node, the values that nothing needs after it, so that memory follows the graph's width. */
function lastUses(graph: Graph): string[][] {
  const kept = new Set(graph.outputs.map(({ name }) => name));
  const seen = new Set<string>();
  return graph.nodes
    .map((_, i) => graph.nodes[graph.nodes.length - 1 - i])
    .map(({ inputs, outputs }) => {
      const last = [...new Set([...inputs, ...outputs])].filter((name) => !kept.has(name) && !seen.has(name));
      for (const name of last) seen.add(name);
      return last;
    })
    .reverse();
}

function fixed({ name, dtype, shape }: ValueInfo): OutputType {
  const sizes = shape.map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new GraphError(`value "${name}" has the symbolic dimension ${dim}: specialise the graph first`);
  });
  return { dtype: storageOf(dtype), shape: sizes };
}

function feed({ name, dtype, shape }: ValueInfo, feeds: Readonly<Record<string, Tensor>>): Tensor {
  if (!Object.hasOwn(feeds, name)) throw new GraphError(`input "${name}" is not fed`);
  const value = feeds[name];
  if (storageOf(value.dtype) !== storageOf(dtype) || value.shape.join() !== shape.join()) {
    const got = `${value.dtype}[${value.shape.join(',')}]`;
    throw new GraphError(`input "${name}" is fed ${got}, must be ${dtype}[${shape.join(',')}]`);
  }
  return widen(value);
}
