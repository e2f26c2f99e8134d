import { NodeAttributes } from './attributes';
import type { Node } from './graph';
import { NodeError } from './graph-error';
import { InferenceContext } from './inference-context';
import type { OpSchema, TensorType } from './schema';
import { schemas } from './schemas';
import type { Tensor } from './tensor';

/** The schema of a node's operator. @throws NodeError for an operator that is not in the table. */
export function schemaOf(node: Node): OpSchema {
  const schema = schemas.get(node.op);
  if (schema === undefined) throw new NodeError(node.op, node.name, 'the operator is unknown');
  return schema;
}

/** A node's attributes, checked against its operator's schema and completed with ONNX's defaults. */
export function attributesOf(node: Node): NodeAttributes {
  return new NodeAttributes(node, schemaOf(node));
}

/** Checks a node's operator, its attributes and how many inputs and outputs it has. */
export function checkNode(node: Node): NodeAttributes {
  const schema = schemaOf(node);
  checkCount(node, 'inputs', node.inputs.length, schema.inputs);
  checkCount(node, 'outputs', node.outputs.length, schema.outputs);
  for (let i = 0; i < schema.inputs[0]; i += 1) {
    if (node.inputs[i] === '') throw new NodeError(node.op, node.name, `input ${i} must not be absent`);
  }
  return new NodeAttributes(node, schema);
}

function checkCount(node: Node, what: string, count: number, [least, most]: readonly [number, number]): void {
  if (count >= least && count <= most) return;
  const rule = least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  throw new NodeError(node.op, node.name, `has ${count} ${what}, must have ${rule}`);
}

/**
 * Types of a node's outputs, in order.
 * @param typeOf type of a value by name
 * @param constantOf the value's tensor when it is a constant
 * @throws NodeError naming the node, the value and the rule that it breaks
 */
export function inferNode(
  node: Node,
  typeOf: (value: string) => TensorType,
  constantOf: (value: string) => Tensor | undefined,
): TensorType[] {
  const attributes = checkNode(node);
  const types = schemaOf(node).infer(new InferenceContext(node, attributes, typeOf, constantOf));
  return types.slice(0, node.outputs.length);
}
