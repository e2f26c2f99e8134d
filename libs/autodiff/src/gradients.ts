import { attributesOf, zeros, type GraphBuilder, type Node, type Value } from '@gradsign/onnx';
import { restore } from './layout';
import { NotDifferentiableError, type PerSampleValues, type RuleContext } from './rule';
import { isStep, perSampleRules, rules } from './rules';
import { dims, scalar } from './shape';

/** What is differentiated. */
export interface Differentiated {
  /** A scalar; short for `seeds` of this value with cotangent 1. */
  readonly of?: Value;
  /** Values with the cotangents that come down to them. */
  readonly seeds?: readonly (readonly [value: Value, cotangent: Value])[];
}

/** What is differentiated, and with respect to what. */
export interface GradientRequest extends Differentiated {
  readonly withRespectTo: readonly Value[];
}

/** The gradients of one weight for each sample of the batch. */
export interface PerSampleGradient {
  /** [B, …]: the elements of the weight in some order, for each sample. */
  readonly values: Value;
  /** Brings elements in that order, of one sample or reduced over them, into the weight's shape. */
  inWeightShape(elements: Value): Value;
}

/**
 * Appends the backward pass to a graph under construction (reverse mode) and returns one gradient for each value of
 * `withRespectTo`, zeros where nothing depends on it. Shapes must be numbers. Only nodes on a path from a requested
 * value are differentiated.
 * @throws NotDifferentiableError naming the node that has no rule.
 */
export function gradients(builder: GraphBuilder, { withRespectTo, ...differentiated }: GradientRequest): Value[] {
  const sweep = new Sweep(builder, differentiated, withRespectTo, false);
  return withRespectTo.map((value) => sweep.total(value.name) ?? builder.constant(zeros(value.dtype, dims(value))));
}

/**
 * The gradients of weights for each sample apart, undefined for a weight that nothing depends on. The batch must be
 * the first axis of the layers' inputs, and samples must not influence each other. Weights may be used by the layers
 * that have a per-sample rule only: convolutions and matrix products.
 * @throws NotDifferentiableError naming the node that has no rule.
 */
export function perSampleGradients(
  builder: GraphBuilder,
  { withRespectTo, ...differentiated }: GradientRequest,
): (PerSampleGradient | undefined)[] {
  const sweep = new Sweep(builder, differentiated, withRespectTo, true);
  return withRespectTo.map((weight) => sweep.perSample(weight));
}

/** One walk over the nodes from the outputs to the inputs. */
class Sweep {
  private readonly cotangents = new Map<string, Value[]>();
  private readonly samples = new Map<string, PerSampleValues[]>();

  constructor(
    private readonly builder: GraphBuilder,
    { of, seeds = [] }: Differentiated,
    withRespectTo: readonly Value[],
    perSample: boolean,
  ) {
    const { nodes } = builder.build();
    const wanted = new Set(withRespectTo.map(({ name }) => name));
    const active = dependents(nodes, wanted);
    if (of) push(this.cotangents, of.name, scalar(builder, 1));
    for (const [value, cotangent] of seeds) push(this.cotangents, value.name, cotangent);
    for (const node of nodes.toReversed()) {
      if (isStep(node) || !node.inputs.some((input) => active.has(input))) continue;
      const cotangents = node.outputs.map((output) => this.total(output));
      if (cotangents.some((cotangent) => cotangent !== undefined)) {
        this.differentiate(node, cotangents, active, perSample ? wanted : new Set());
      }
    }
  }

  /** The sum of a value's cotangents, undefined for zero. */
  total(name: string): Value | undefined {
    const [first, ...rest] = this.cotangents.get(name) ?? [];
    if (first === undefined) return undefined;
    const sum = rest.reduce((a, b) => this.builder.node('Add', [a, b]), first);
    this.cotangents.set(name, [sum]);
    return sum;
  }

  perSample(weight: Value): PerSampleGradient | undefined {
    const { builder } = this;
    const shape = dims(weight);
    const uses = this.samples.get(weight.name);
    if (uses === undefined) return undefined;
    if (uses.length === 1) {
      const [{ values, layout }] = uses;
      return { values, inWeightShape: (elements) => restore(builder, elements, layout, shape) };
    }
    // Several layers share the weight: their gradients are added for each sample.
    const values = uses
      .map(({ values, layout }) => restore(builder, values, layout, shape, dims(values).slice(0, 1)))
      .reduce((a, b) => builder.node('Add', [a, b]));
    return { values, inWeightShape: (elements) => restore(builder, elements, undefined, shape) };
  }

  private differentiate(
    node: Node,
    cotangents: readonly (Value | undefined)[],
    active: ReadonlySet<string>,
    perSample: ReadonlySet<string>,
  ): void {
    const { builder } = this;
    const rule = rules[node.op];
    if (!rule) throw new NotDifferentiableError(node.name, node.op, 'the operator has no gradient rule');
    const optional = (name: string) => (name === '' ? undefined : builder.value(name));
    const context: RuleContext = {
      builder,
      node,
      attributes: attributesOf(node),
      inputs: node.inputs.map(optional),
      outputs: node.outputs.map(optional),
      cotangents,
      wants: (i) => active.has(node.inputs[i]) && !perSample.has(node.inputs[i]),
    };
    node.inputs.forEach((input, i) => {
      if (!perSample.has(input)) return;
      const perSampleRule = perSampleRules[node.op];
      if (!perSampleRule) throw new NotDifferentiableError(node.name, node.op, 'it has no rule for single samples');
      push(this.samples, input, perSampleRule(context, i));
    });
    if (!node.inputs.some((_, i) => context.wants(i))) return;
    rule(context).forEach((gradient, i) => {
      if (gradient && context.wants(i)) push(this.cotangents, node.inputs[i], gradient);
    });
  }
}

/** The values themselves and everything that is computed from them and changes with them. */
function dependents(nodes: readonly Node[], values: ReadonlySet<string>): Set<string> {
  const reached = new Set(values);
  for (const node of nodes) {
    if (node.inputs.some((input) => reached.has(input)) && !isStep(node)) {
      node.outputs.filter((output) => output !== '').forEach((output) => reached.add(output));
    }
  }
  return reached;
}

function push<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}
