import type { Node } from '../graph';
import { NodeError } from '../graph-error';
import { float32, int64, type Tensor } from '../tensor';

/** The tensor of a Constant node, in any of the forms that ONNX gives its value. */
export function constantValue(node: Node): Tensor {
  const { value, value_float, value_floats, value_int, value_ints } = node.attributes;
  if (node.outputs.length !== 1) throw new NodeError(node.op, node.name, 'must have 1 output');
  if (typeof value === 'object' && 'dtype' in value) return value;
  if (typeof value_float === 'number') return float32([value_float], []);
  if (Array.isArray(value_floats)) return float32(value_floats as number[]);
  if (typeof value_int === 'number') return int64([value_int], []);
  if (Array.isArray(value_ints)) return int64(value_ints as number[]);
  throw new NodeError(node.op, node.name, 'must have a tensor, float, floats, int or ints as its value');
}
