import { attributesOf, type GraphBuilder, type Node, type Value } from '@gradsign/onnx';

/** Any float32 above 2⁻¹²⁸ in magnitude (the smallest normal number is 2⁻¹²⁶), times this, is at least ½. */
const STEEP = 2 ** 127;

/**
 * The step function: 1 for x > 0, 0 for x < 0, `atZero` for x = 0, NaN for NaN. Written as a HardSigmoid so steep
 * that only subnormal float32 numbers lie on its slope: engines run it at the speed of memory, which Sign and
 * Where do not.
 */
export function step(builder: GraphBuilder, x: Value, atZero: 0 | 0.5): Value {
  return builder.node('HardSigmoid', [x], { alpha: STEEP, beta: atZero });
}

/** Whether a node is a `step`. */
export function isStepNode(node: Node): boolean {
  return node.op === 'HardSigmoid' && attributesOf(node).float('alpha') === STEEP;
}
