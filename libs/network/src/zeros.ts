import { attributesOf, type Graph, type Node, type Tensor } from '@gradsign/onnx';

/**
 * Names of a graph's values that are zero whatever its inputs are (as long as they are finite): initializers of
 * zeros, and what follows from them.
 * @param zeroInputs graph inputs to be taken as zero
 */
export function zeroValues(graph: Graph, zeroInputs: ReadonlySet<string> = new Set()): Set<string> {
  const zero = new Set(zeroInputs);
  for (const [name, tensor] of graph.initializers) {
    if (isZero(tensor)) {
      zero.add(name);
    }
  }
  for (const node of graph.nodes) {
    // An absent input adds nothing, which is what a zero does.
    const isZeroAt = (index: number) => (node.inputs[index] ?? '') === '' || zero.has(node.inputs[index]);
    if (rules[node.op]?.(node, isZeroAt)) {
      zero.add(node.outputs[0]);
    }
  }
  return zero;
}

/** Element types that a network computes with; integers are shapes, axes and indices. */
function isZero({ dtype, data }: Tensor): boolean {
  return (dtype === 'float32' || dtype === 'float64') && (data as Float32Array | Float64Array).every((v) => v === 0);
}

/** Whether a node's first output is zero, given which of its inputs are. */
type Rule = (node: Node, isZeroAt: (input: number) => boolean) => boolean;

const ofFirst: Rule = (_, isZeroAt) => isZeroAt(0);
const ofAll: Rule = ({ inputs }, isZeroAt) => inputs.every((_, i) => isZeroAt(i));
const ofEither: Rule = (_, isZeroAt) => isZeroAt(0) || isZeroAt(1);
/** What is put around the values is input 2, a zero where it is absent. */
const ofPadded: Rule = (_, isZeroAt) => isZeroAt(0) && isZeroAt(2);
/** A product of inputs 0 and 1 plus input 2. */
const ofProduct: Rule = (_, isZeroAt) => ofEither(_, isZeroAt) && isZeroAt(2);

/** Operators that are not here may have any value. Outputs but the first are never taken as zero. */
const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    [
      ...['Identity', 'Dropout', 'Relu', 'Tanh', 'Erf', 'HardSwish', 'Abs', 'Neg', 'Sign', 'Sqrt'],
      ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'ReduceSum', 'ReduceMean', 'ReduceMax'],
      ...['Flatten', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Slice', 'Split', 'Expand', 'Tile', 'Gather'],
    ].map((op) => [op, ofFirst]),
  ),
  Add: ofAll,
  Sub: ofAll,
  Concat: ofAll,
  Pad: ofPadded,
  Mul: ofEither,
  MatMul: ofEither,
  Conv: ofProduct,
  ConvTranspose: ofProduct,
  Gemm: ofProduct,
  // The deviation of a zero from the mean of zeros is zero.
  InstanceNormalization: ofProduct,
  BatchNormalization(node, isZeroAt) {
    const centred = attributesOf(node).int('training_mode') === 1 ? isZeroAt(0) : isZeroAt(0) && isZeroAt(3);
    return (centred || isZeroAt(1)) && isZeroAt(2);
  },
};
