import type { GraphBuilder, Node, NodeAttributes, Value } from '@gradsign/onnx';
import type { Layout } from './layout';

/** What a gradient rule is given. */
export interface RuleContext {
  readonly builder: GraphBuilder;
  readonly node: Node;
  readonly attributes: NodeAttributes;
  /** Undefined for an absent optional input. */
  readonly inputs: readonly (Value | undefined)[];
  /** Undefined for an output that nobody reads. */
  readonly outputs: readonly (Value | undefined)[];
  /** Cotangents of the outputs; undefined means zero. At least one is given. */
  readonly cotangents: readonly (Value | undefined)[];
  /** Whether the gradient of an input is wanted. */
  wants(input: number): boolean;
}

/**
 * Gradients of a node's inputs, undefined for those that are not wanted or are zero everywhere. A rule is made of
 * operators that have rules, so that gradients of gradients need nothing new.
 */
export type Rule = (context: RuleContext) => (Value | undefined)[];

/** Rules by operator. */
export type RuleTable = Readonly<Record<string, Rule>>;

/** Gradients of one weight for each sample of the batch, as a rule makes them. */
export interface PerSampleValues {
  /** [B, …], as many elements for each sample as the weight has. */
  readonly values: Value;
  /** How a sample's elements are ordered; absent: as in the weight. */
  readonly layout?: Layout;
}

/** Gradient of a node's input for each sample apart; the node's cotangent is the one of all samples. */
export type PerSampleRule = (context: RuleContext, input: number) => PerSampleValues;

/** Thrown when a value must be differentiated through an operator that has no rule (or not with these attributes). */
export class NotDifferentiableError extends Error {
  override readonly name = 'NotDifferentiableError';
  constructor(
    readonly node: string,
    readonly op: string,
    reason: string,
  ) {
    super(`node "${node}" (${op}) cannot be differentiated: ${reason}`);
  }
}

/** @throws NotDifferentiableError for the node of a context. */
export function notDifferentiable({ node }: RuleContext, reason: string): never {
  throw new NotDifferentiableError(node.name, node.op, reason);
}
