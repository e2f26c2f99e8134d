/** Thrown when a model cannot be used; one sentence that names the node, input or size to blame and the rule. */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  /** For one node. */
  static of({ op, name }: { readonly op: string; readonly name: string }, rule: string): ModelError {
    return new ModelError(`node "${name}" (${op}): ${rule}`);
  }
}
