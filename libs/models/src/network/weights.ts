import { pytorchDefault, type WeightRole, type WeightSpec } from '@gradsign/network';
import { attributesOf, removeDeadNodes, type Graph, type Node, type Tensor } from '@gradsign/onnx';

/** A graph whose layers' weights are inputs, and their values. */
export interface Weighted {
  readonly graph: Graph;
  readonly weights: readonly WeightSpec[];
  readonly values: ReadonlyMap<string, Tensor<'float32'>>;
  /** Names of the constants that no layer has as its weight, of more than one element. */
  readonly others: readonly string[];
}

/** A weight's role, and the shape of its layer's weight [out, in, …]: it decides how the weight would start. */
type Use = readonly [role: WeightRole, layerShape: readonly number[]];

/** What a node uses its constant inputs for; `shapeOf` knows those. */
function usesOf(node: Node, shapeOf: (input: number) => readonly number[] | undefined): (Use | undefined)[] {
  const weight = shapeOf(1);
  switch (node.op) {
    case 'Conv':
      return [undefined, weight && ['conv', weight], weight && ['bias', weight]];
    case 'ConvTranspose': {
      // [in, out/group, …]
      const layer = weight && [weight[1], weight[0], ...weight.slice(2)];
      return [undefined, layer && ['conv', layer], layer && ['bias', layer]];
    }
    case 'Gemm': {
      const layer = weight && (attributesOf(node).int('transB') === 1 ? weight : weight.toReversed());
      return [undefined, layer && ['linear', layer], layer && ['bias', layer]];
    }
    case 'MatMul':
      return [undefined, weight?.length === 2 ? ['linear', weight.toReversed()] : undefined];
    case 'BatchNormalization':
    case 'InstanceNormalization':
    case 'LayerNormalization':
      return [undefined, weight && ['norm_scale', weight], weight && ['norm_shift', weight]];
    default:
      return [];
  }
}

/** Makes the float32 constants that are weights of layers inputs of the graph. */
export function findWeights(whole: Graph): Weighted {
  const graph = removeDeadNodes(whole);
  const tensors = graph.initializers as ReadonlyMap<string, Tensor<'float32'>>;
  const specs = new Map<string, WeightSpec>();
  const add = (path: string, [role, layerShape]: Use) => {
    const { shape, dtype } = tensors.get(path)!;
    if (specs.has(path) || dtype !== 'float32') return;
    specs.set(path, { path, shape, role, init: pytorchDefault(role, layerShape) });
  };
  const layerOf = new Map<string, readonly number[]>();
  for (const node of graph.nodes) {
    const uses = usesOf(node, (input) => tensors.get(node.inputs[input] ?? '')?.shape);
    uses.forEach((use, i) => {
      if (use && tensors.has(node.inputs[i] ?? '')) add(node.inputs[i], use);
    });
    const behind = node.op === 'Reshape' || node.op === 'Transpose' ? layerOf.get(node.inputs[0]) : undefined;
    const own = node.op === 'MatMul' ? uses[1]?.[1] : behind;
    if (own) layerOf.set(node.outputs[0], own);
    // A bias that a product of matrices has is added behind it.
    const added = node.op === 'Add' ? node.inputs.findIndex((name) => layerOf.has(name)) : -1;
    const bias = added < 0 ? undefined : tensors.get(node.inputs[1 - added]);
    const layer = added < 0 ? undefined : layerOf.get(node.inputs[added]);
    if (bias && layer && bias.shape.length === 1 && bias.shape[0] === layer[0])
      add(node.inputs[1 - added], ['bias', layer]);
  }
  const weights = [...specs.values()];
  const inputs = weights.map(({ path, shape }) => ({ name: path, dtype: 'float32', shape }) as const);
  return {
    graph: {
      ...graph,
      inputs: [...graph.inputs, ...inputs],
      initializers: new Map([...tensors].filter(([name]) => !specs.has(name))),
    },
    weights,
    values: new Map(weights.map(({ path }) => [path, tensors.get(path)!])),
    others: embeddings(graph, specs),
  };
}

/** Constants with a value for every position or channel: of a model, positions and class tokens. */
function embeddings({ nodes, initializers }: Graph, weights: ReadonlyMap<string, WeightSpec>): string[] {
  const statistics = new Set(nodes.flatMap(({ op, inputs }) => (op === 'BatchNormalization' ? inputs.slice(3) : [])));
  return [...initializers]
    .filter(
      ([name, { dtype, data }]) =>
        dtype === 'float32' && data.length > 1 && !weights.has(name) && !statistics.has(name),
    )
    .map(([name]) => name);
}
