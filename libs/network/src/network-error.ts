/** Thrown when a network or its graph cannot be used as asked; names the node or weight and the rule. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  constructor(
    /** Name of the node, or path of the weight, that is to blame. */
    readonly subject: string,
    readonly rule: string,
  ) {
    super(`${JSON.stringify(subject)} ${rule}`);
  }
}
