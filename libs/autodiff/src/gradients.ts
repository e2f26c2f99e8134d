import { attributesOf, zeros, type GraphBuilder, type Node, type Value } from '@gradsign/onnx';
import { NotDifferentiableError } from './rule';
import { rules } from './rules';
import { dims, scalar } from './shape';

/** What is differentiated, and with respect to what. */
export interface GradientRequest {
  /** A scalar; short for `seeds` of this value with cotangent 1. */
  readonly of?: Value;
  /** Values with the cotangents that come down to them. */
  readonly seeds?: readonly (readonly [value: Value, cotangent: Value])[];
  readonly withRespectTo: readonly Value[];
  /**
   * The gradient of each sample apart: results are [B, …shape of the weight]. The batch must be the first axis of
   * every layer's input, and samples must not influence each other.
   */
  readonly perSample?: boolean;
}

/**
 * Appends the backward pass to a graph under construction (reverse mode) and returns one gradient for each value of
 * `withRespectTo`, zeros where nothing depends on it. Shapes must be numbers.
 * @throws NotDifferentiableError naming the node that has no rule.
 */
export function gradients(builder: GraphBuilder, request: GradientRequest): Value[] {
  const { of, seeds = [], withRespectTo, perSample = false } = request;
  const { nodes } = builder.build();
  const wanted = new Set(withRespectTo.map(({ name }) => name));
  const active = dependents(nodes, wanted);
  const cotangents = new Map<string, Value[]>();
  const give = (name: string, cotangent: Value) => cotangents.set(name, [...(cotangents.get(name) ?? []), cotangent]);
  if (of) give(of.name, scalar(builder, 1));
  for (const [value, cotangent] of seeds) give(value.name, cotangent);

  const total = (name: string): Value | undefined => {
    const [first, ...rest] = cotangents.get(name) ?? [];
    if (first === undefined) return undefined;
    const sum = rest.reduce((a, b) => builder.node('Add', [a, b]), first);
    cotangents.set(name, [sum]);
    return sum;
  };

  for (const node of [...nodes].reverse()) {
    if (!node.inputs.some((input) => active.has(input))) continue;
    const incoming = node.outputs.map((output) => total(output));
    if (incoming.every((cotangent) => cotangent === undefined)) continue;
    const rule = rules[node.op];
    if (!rule) throw new NotDifferentiableError(node.name, node.op, 'the operator has no gradient rule');
    const outgoing = rule({
      builder,
      node,
      attributes: attributesOf(node),
      inputs: node.inputs.map((name) => (name === '' ? undefined : builder.value(name))),
      outputs: node.outputs.map((name) => builder.value(name)),
      cotangents: incoming,
      wants: (i) => active.has(node.inputs[i]),
      perSample: (i) => perSample && wanted.has(node.inputs[i]),
    });
    outgoing.forEach((gradient, i) => {
      if (gradient && active.has(node.inputs[i])) give(node.inputs[i], gradient);
    });
  }
  return withRespectTo.map((value) => total(value.name) ?? builder.constant(zeros('float32', dims(value))));
}

/** The values themselves and everything that is computed from them. */
function dependents(nodes: readonly Node[], values: ReadonlySet<string>): Set<string> {
  const reached = new Set(values);
  for (const node of nodes) {
    if (node.inputs.some((input) => reached.has(input))) node.outputs.forEach((output) => reached.add(output));
  }
  return reached;
}
