/** A count that was given as an option. @throws RangeError naming the option, its value and the rule. */
export function count(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${option} "${text}": must be a whole number from 1`);
  return value;
}

/** Counts joined by commas. @throws RangeError as `count`. */
export function counts(text: string, option: string): number[] {
  return text.split(',').map((part) => count(part, option));
}
