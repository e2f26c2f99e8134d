import { GraphBuilder, type Dim, type Graph, type Node, type Tensor } from '@gradsign/onnx';
import { NetworkError } from './network-error';

/**
 * What a BatchNormalization node means:
 * - `batch`: the statistics of the whole batch (training mode).
 * - `sample`: each sample by its own spatial statistics, which is what training mode does for a batch of one.
 * - `removed`: the identity, without scale and shift.
 * - `inference`: given running statistics.
 */
export type NormalizationMode = 'batch' | 'sample' | 'removed' | 'inference';

export interface NormalizeOptions {
  /** Nodes to change; the others stay as they are. Default: every BatchNormalization. */
  readonly select?: (node: Node) => boolean;
  /**
   * For `inference`: `<node name>.running_mean` and `<node name>.running_var` [C] of every selected node. Default:
   * what the graph has.
   */
  readonly statistics?: ReadonlyMap<string, Tensor>;
}

/**
 * A graph whose BatchNormalization nodes mean what `mode` says. Names stay; initializers that nothing reads any more
 * are dropped, inputs are not.
 * @throws NetworkError naming the node: `sample` where a channel has a single value (its normalised value would be 0
 *   whatever the input is); `inference` where given statistics lack the node; any mode but `batch` where a node's
 *   running statistics are used as outputs.
 */
export function normalize(graph: Graph, mode: NormalizationMode, options: NormalizeOptions = {}): Graph {
  const { select = () => true, statistics } = options;
  const rewrite = rewriter(graph, mode, statistics);
  const lost = new Map<string, Node>();
  const nodes = graph.nodes.map((node) => {
    if (node.op !== 'BatchNormalization' || !select(node)) {
      return node;
    }
    const rewritten = rewrite(node);
    node.outputs.slice(rewritten.outputs.length).forEach((output) => lost.set(output, node));
    return rewritten;
  });

  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
  for (const [output, node] of lost) {
    if (output !== '' && read.has(output)) {
      throw new NetworkError(node.name, `has its running statistics read as "${output}": only batch mode has them`);
    }
  }
  const initializers = [...graph.initializers, ...(mode === 'inference' ? (statistics ?? []) : [])];
  return { ...graph, nodes, initializers: new Map(initializers.filter(([name]) => read.has(name))) };
}

function rewriter(
  graph: Graph,
  mode: NormalizationMode,
  statistics: ReadonlyMap<string, Tensor> | undefined,
): (node: Node) => Node {
  switch (mode) {
    case 'batch':
      return (node) => ({
        ...node,
        outputs: trainingOutputs(node.name, node.outputs),
        attributes: { ...node.attributes, training_mode: 1 },
      });
    case 'sample': {
      const types = GraphBuilder.from(graph);
      return (node) => instanceNormalization(node, types.value(node.inputs[0]).shape);
    }
    case 'removed':
      return (node) => ({
        ...node,
        op: 'Identity',
        inputs: node.inputs.slice(0, 1),
        outputs: node.outputs.slice(0, 1),
        attributes: {},
      });
    case 'inference':
      return (node) => ({
        ...node,
        inputs: statistics === undefined ? node.inputs : [...node.inputs.slice(0, 3), ...names(node, statistics)],
        outputs: node.outputs.slice(0, 1),
        attributes: { ...node.attributes, training_mode: 0 },
      });
  }
}

/** A BatchNormalization's outputs in training mode, where ONNX wants the new running statistics among them. */
export function trainingOutputs(
  node: string,
  [y, mean = `${node}.running_mean.next`, variance = `${node}.running_var.next`]: readonly string[],
): string[] {
  return [y, mean, variance];
}

function instanceNormalization(node: Node, shape: readonly Dim[]): Node {
  if (shape.slice(2).every((size) => size === 1)) {
    throw new NetworkError(
      node.name,
      `normalises a single value a channel (input [${shape.join()}]): statistics of one sample need more than one`,
    );
  }
  const { epsilon } = node.attributes;
  return {
    ...node,
    op: 'InstanceNormalization',
    inputs: node.inputs.slice(0, 3),
    outputs: node.outputs.slice(0, 1),
    attributes: epsilon === undefined ? {} : { epsilon },
  };
}

/** Names of a node's running statistics. */
function names(node: Node, statistics: ReadonlyMap<string, Tensor>): string[] {
  return ['running_mean', 'running_var'].map((statistic) => {
    const name = `${node.name}.${statistic}`;
    if (!statistics.has(name)) {
      throw new NetworkError(node.name, `has no "${name}": inference mode needs the running statistics of every node`);
    }
    return name;
  });
}
