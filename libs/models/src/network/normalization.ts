import { BATCH } from '@gradsign/network';
import { attributesOf, type Graph, type Node } from '@gradsign/onnx';
import { ModelError } from '../model-error';

/** Every BatchNormalization in training mode, as proxies expect it: they choose whose statistics it uses. */
export function trainingMode(graph: Graph): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      if (node.op !== 'BatchNormalization') return node;
      const [y] = node.outputs;
      const outputs = [y, `${y}.running_mean.next`, `${y}.running_var.next`];
      return { ...node, outputs, attributes: { ...node.attributes, training_mode: 1 } };
    }),
  };
}

/** How a model that keeps its normalisation, and can be initialised again, is exported. */
const RECIPE =
  'export it so that they stay apart: from PyTorch by torch.onnx.export(model, images, "net.onnx", ' +
  'training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, ' +
  `input_names=["images"], dynamic_axes={"images": {0: "${BATCH}"}}); from Keras by tf2onnx without its optimisers`;

/** Names that exporters give to parameters as a person wrote them; those of folded ones are made up. */
const PARAMETER = /weight|kernel|filter/i;
const FOLDED = /fused|fold|batch_?norm|(^|[/._])bn/i;

/**
 * The first convolution that seems to hold a batch normalisation: the model has none, the convolution has a bias, and
 * its weight's name is one that exporters make up. A heuristic: the file does not say.
 */
export function foldedNormalization({ nodes, initializers }: Graph): Node | undefined {
  if (nodes.some(({ op }) => op === 'BatchNormalization')) return undefined;
  return nodes.find(({ op, inputs: [, weight, bias = ''] }) => {
    if (op !== 'Conv' || bias === '' || !initializers.has(weight)) return false;
    return !PARAMETER.test(weight) || FOLDED.test(weight) || FOLDED.test(bias);
  });
}

/** @throws ModelError with the way out, for weights that are to be drawn again where they hold more than weights. */
export function refuseFolded(node: Node | undefined): void {
  if (!node) return;
  throw ModelError.of(
    node,
    `seems to have a batch normalisation folded into its weights, which new ones would lose: ${RECIPE}`,
  );
}

/** The operator of the softmax that was the model's last, and the value before it. */
export interface Logits {
  readonly name: string;
  readonly stripped: string[];
}

/** The value that the model's probabilities are made from: proxies apply softmax themselves. */
export function logitsOf(graph: Graph, output: string): Logits {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let name = output;
  const stripped: string[] = [];
  for (;;) {
    const node = makers.get(name);
    const softmax = node?.op === 'Softmax' || node?.op === 'LogSoftmax';
    if (!node || !(node.op === 'Identity' || (softmax && isOverClasses(node)))) return { name, stripped };
    if (softmax) stripped.push(`${node.op} "${node.name}"`);
    [name] = node.inputs;
  }
}

const isOverClasses = (node: Node) => [-1, 1].includes(attributesOf(node).int('axis'));
