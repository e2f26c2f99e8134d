/** A string, which is kept, or one of the names that Python's `json` writes and JSON does not have. */
const STRING_OR_NAME = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * Parses JSON as Python's `json` module writes it: NaN comes out as null, infinities as they are.
 * @throws SyntaxError where it is neither JSON nor that
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const replaced = text.replace(STRING_OR_NAME, (found) =>
      found[0] === '"' ? found : found === 'NaN' ? 'null' : found.replace('Infinity', '1e999'),
    );
    if (replaced === text) throw error;
    return JSON.parse(replaced);
  }
}
