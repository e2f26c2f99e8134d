/** Thrown when an architecture's text breaks its space's notation. */
export class ArchitectureSyntaxError extends Error {
  override readonly name = 'ArchitectureSyntaxError';
  /**
   * @param space name of the search space
   * @param text the whole text
   * @param position offset of the first wrong character, from 0; the text's length when it ends too early
   * @param rule what the notation wants there
   */
  constructor(
    readonly space: string,
    readonly text: string,
    readonly position: number,
    readonly rule: string,
  ) {
    super(`${space} architecture, character ${position}: ${rule}, got ${excerpt(text, position)}`);
  }
}

/** Thrown when a network cannot be built with an option's value. */
export class NetworkOptionError extends Error {
  override readonly name = 'NetworkOptionError';
  constructor(
    readonly option: string,
    readonly value: unknown,
    readonly rule: string,
  ) {
    super(`${option} is ${JSON.stringify(value)}: ${rule}`);
  }
}

/** Thrown when no search space has the name asked for. */
export class UnknownSearchSpaceError extends Error {
  override readonly name = 'UnknownSearchSpaceError';
  constructor(
    readonly space: string,
    readonly known: readonly string[],
  ) {
    super(`search space ${JSON.stringify(space)} is unknown: it must be one of ${known.join(', ')}`);
  }
}

const EXCERPT = 24;

function excerpt(text: string, position: number): string {
  if (position >= text.length) {
    return 'the end of the text';
  }
  const end = position + EXCERPT;
  return JSON.stringify(text.slice(position, end)) + (end < text.length ? '…' : '');
}
