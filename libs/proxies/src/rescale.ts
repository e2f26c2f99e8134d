import { attributesOf, float32, GraphBuilder, type Graph, type Node, type Tensor } from '@gradsign/onnx';

/** A graph whose values are kept near one, and what its outputs have to be multiplied by. */
export interface Rescaled {
  /** Computes 2^−exponent times what the original graph computes, under the same names. */
  readonly graph: Graph;
  /** Of a value of the graph. */
  exponent(value: string): number;
}

/** Where a value stands: the original one is 2^exponent times this one, whose elements are about 2^magnitude. */
interface Scale {
  readonly exponent: number;
  readonly magnitude: number;
}

/**
 * Multiplies values of a graph by powers of two, so that a network whose values grow from layer to layer beyond
 * float32 can be run in float32 without another rounding: the weights stay what they are, and W ⊙ ∂R/∂W is scaled
 * like the output R, exactly. How fast values grow is estimated from the mean row sums of |W|, so this suits networks
 * of positive weights on an input of about one. Terms of a sum are brought to the scale of the largest; what is
 * smaller by more than float32's range is lost. Operators that are not homogeneous get the original value.
 */
export function rescale(graph: Graph): Rescaled {
  const builder = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  builder.reserve(graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  const scales = new Map<string, Scale>();
  const scaleOf = (name: string): Scale => scales.get(name) ?? { exponent: 0, magnitude: 0 };
  const times = (name: string, power: number, as?: string) =>
    builder.node('Mul', [builder.value(name), builder.constant(float32([2 ** Math.min(power, 127)], []))], {}, as).name;
  /** The value on the scale of an exponent; absent inputs stay absent. */
  const at = (exponent: number) => (name: string) => {
    const power = scaleOf(name).exponent - exponent;
    return power === 0 ? name : times(name, power);
  };
  const append = (node: Node, scale: Scale) => {
    builder.append(node);
    for (const output of node.outputs) scales.set(output, scale);
  };

  for (const node of graph.nodes) {
    const { op, name, inputs, outputs, attributes } = node;
    const [scale, other] = [scaleOf(inputs[0]), scaleOf(inputs[1])];
    const weight = graph.initializers.get(inputs[1]);
    if (LAYERS.has(op) && weight) {
      const sum = layerSum(node, weight, scale, graph.initializers.get(inputs[2]));
      const shift = sum > 0 ? Math.round(Math.log2(sum)) : 0;
      const raw = `${name}.unscaled`;
      // A weight has the exponent 0, and keeps it; a bias is a term beside the product.
      const layerInputs = inputs.map((input, i) => (i === 2 ? at(scale.exponent)(input) : input));
      builder.append({ ...node, name: raw, inputs: layerInputs, outputs: [raw] });
      times(raw, -shift, outputs[0]);
      scales.set(outputs[0], { exponent: scale.exponent + shift, magnitude: sum > 0 ? Math.log2(sum) - shift : 0 });
    } else if (SUMS.has(op)) {
      const terms = inputs.map(scaleOf);
      const exponent = Math.max(...terms.map((term) => term.exponent));
      const sum = terms.reduce((total, term) => total + 2 ** (term.exponent - exponent + term.magnitude), 0);
      append({ ...node, inputs: inputs.map(at(exponent)) }, { exponent, magnitude: Math.log2(sum) });
    } else if (PRODUCTS.has(op)) {
      const exponent = scale.exponent + other.exponent;
      append(node, { exponent, magnitude: scale.magnitude + other.magnitude });
    } else if (HOMOGENEOUS.has(op)) {
      append(node, scale);
    } else if (op === 'BatchNormalization') {
      // (x − mean)/√(variance + ε) of x/2^e needs ε/4^e.
      const epsilon = Math.max(attributesOf(node).float('epsilon') / 4 ** scale.exponent, SMALLEST_NORMAL);
      append({ ...node, attributes: { ...attributes, epsilon } }, { exponent: 0, magnitude: 0 });
    } else {
      append({ ...node, inputs: inputs.map(at(0)) }, { exponent: 0, magnitude: 0 });
    }
  }
  for (const { name } of graph.outputs) builder.output(builder.value(name));
  return { graph: builder.build(), exponent: (value) => scaleOf(value).exponent };
}

/** Products with a matrix of weights, plus a bias. */
const LAYERS = new Set(['Conv', 'Gemm', 'MatMul']);
const SUMS = new Set(['Add', 'Sub', 'Concat', 'Max', 'Min']);
const PRODUCTS = new Set(['Mul', 'MatMul']);
/** f(k·x) = k·f(x) for k > 0, where x is the first input and further ones are constants. */
const HOMOGENEOUS = new Set([
  ...['Relu', 'Abs', 'Neg', 'Identity', 'Dropout', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'ReduceMean'],
  ...['ReduceSum', 'Flatten', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Slice', 'Split', 'Pad', 'Expand'],
]);
const SMALLEST_NORMAL = 2 ** -126;

/** An estimate of a layer's outputs, on its input's scale: the mean over its channels of Σ|w|, times the input. */
function layerSum(node: Node, weight: Tensor, { exponent, magnitude }: Scale, bias: Tensor | undefined): number {
  const outFirst = node.op === 'Conv' || (node.op === 'Gemm' && attributesOf(node).int('transB') === 1);
  const channels = outFirst ? weight.shape[0] : weight.shape.at(-1)!;
  const gain = absoluteSum(weight) / channels;
  return gain * 2 ** magnitude + (bias ? absoluteSum(bias) / bias.data.length / 2 ** exponent : 0);
}

function absoluteSum({ data }: Tensor): number {
  let sum = 0;
  for (let k = 0; k < data.length; k++) sum += Math.abs(Number(data[k]));
  return sum;
}
