/** Thrown when a graph breaks a rule of ONNX or of an operator's schema. */
export class GraphError extends Error {
  override readonly name: string = 'GraphError';
}

/** Thrown when one node breaks a rule; names the node, its operator, where it applies the value, and the rule. */
export class NodeError extends GraphError {
  override readonly name = 'NodeError';
  constructor(
    readonly op: string,
    readonly node: string,
    readonly rule: string,
    /** The offending value, where one is to blame. */
    readonly value?: string,
  ) {
    super(`node "${node}" (${op}): ${value === undefined ? '' : `value "${value}" `}${rule}`);
  }
}
