import { BATCH, type Network } from '@gradsign/network';
import { GraphBuilder, productOfDims, sizeOf, substituteDim, type Node, type Value } from '@gradsign/onnx';

/** What a pass over a mini-batch takes, in elements. */
export interface NetworkSize {
  readonly weights: number;
  /** Values of the forward pass, for one image. */
  readonly activations: number;
  /** The largest intermediate of a gradient, for one image: what windows see, or a weight's gradient. */
  readonly widest: number;
}

/** The elements that a network's values have. @param network with no symbolic size but the batch */
export function networkSize({ graph, weights }: Network): NetworkSize {
  const types = GraphBuilder.from(graph);
  const elements = ({ shape }: Value) => Number(substituteDim(productOfDims(shape), { [BATCH]: 1 }));
  const value = (name: string) => types.value(name);
  let activations = 0;
  let widest = 0;
  for (const node of graph.nodes) {
    for (const name of node.outputs) if (name !== '') activations += elements(value(name));
    widest = Math.max(widest, windowElements(node, value, elements));
  }
  const sizes = weights.map(({ shape }) => sizeOf(shape));
  return {
    weights: sizes.reduce((a, b) => a + b, 0),
    activations,
    widest: Math.max(widest, ...sizes),
  };
}

/** Elements that the windows of a convolution or a maximum see, each position by itself. */
function windowElements(node: Node, value: (name: string) => Value, elements: (value: Value) => number): number {
  const y = value(node.outputs[0]);
  const positions = sizeOf(y.shape.slice(2).map(Number));
  switch (node.op) {
    case 'Conv':
    case 'ConvTranspose': {
      const channels = Number(value(node.inputs[0]).shape[1]);
      return positions * channels * sizeOf(value(node.inputs[1]).shape.slice(2).map(Number));
    }
    case 'MaxPool': {
      const taps = sizeOf(node.attributes.kernel_shape as readonly number[]);
      return elements(y) * taps + taps * taps;
    }
    default:
      return 0;
  }
}

/**
 * Bytes of memory that a forward and backward pass over so many images takes, estimated: every value and its gradient,
 * weights with their gradients, and twice the widest intermediate.
 */
export function passBytes({ weights, activations, widest }: NetworkSize, images: number): number {
  return 4 * (3 * weights + images * (2 * activations + 2 * widest));
}
