import type { GraphBuilder, Node, NodeAttributes, Value } from '@gradsign/onnx';

/** What a gradient rule is given. */
export interface RuleContext {
  readonly builder: GraphBuilder;
  readonly node: Node;
  readonly attributes: NodeAttributes;
  /** Undefined for an absent optional input. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  /** Cotangents of the outputs; undefined means zero. At least one is given. */
  readonly cotangents: readonly (Value | undefined)[];
  /** Whether the gradient of an input is wanted. */
  wants(input: number): boolean;
  /**
   * Whether the gradient of an input is wanted for each sample: with a leading batch axis, not summed over it.
   * Only weights are asked for like that.
   */
  perSample(input: number): boolean;
}

/**
 * Gradients of a node's inputs, undefined for those that are not wanted or are zero everywhere. A rule is made of
 * operators that have rules, so that gradients of gradients need nothing new.
 */
export type Rule = (context: RuleContext) => (Value | undefined)[];

/** Rules by operator. */
export type RuleTable = Readonly<Record<string, Rule>>;

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
