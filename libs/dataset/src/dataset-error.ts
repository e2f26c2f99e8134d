/** Thrown when a data set, a batch or a request for one breaks a rule. The message is one sentence. */
export class DatasetError extends Error {
  override readonly name: string = 'DatasetError';
  constructor(
    /** What is to blame: `size`, `labels[3]`, `inputs.shape`, a file's path, … */
    readonly field: string,
    readonly value: unknown,
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`${field} ${format(value)}: ${rule}`, options);
  }
}

const LONGEST = 100;

/** Values come from outside: a long one is cut. */
function format(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value) : Array.isArray(value) ? `[${value.join(',')}]` : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
