/** A JSON value that knows where in the text it starts. */
export type JsonNode = { readonly position: number } & (
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonMember> }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
);

export interface JsonMember {
  /** Where the member's name starts. */
  readonly position: number;
  readonly value: JsonNode;
}

/** Throws, saying what the text must have at a position. */
export type Fail = (position: number, rule: string) => never;

/** No architecture nests deeper; a text that does must not exhaust the stack. */
const DEPTH = 8;

const SPACE = /[ \t\n\r]*/y;
/** Strings, numbers and names as JSON writes them, but for control characters, which JSON.parse refuses. */
const SCALAR = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Reads a whole JSON text, like `JSON.parse`, but keeps positions, and refuses a member that an object has twice.
 * @param fail called at the first character that is not JSON
 */
export function parseJson(text: string, fail: Fail): JsonNode {
  const reader = new Reader(text, fail);
  const node = reader.value(0);
  if (reader.position < text.length) fail(reader.position, 'expected the end after the JSON value');
  return node;
}

class Reader {
  position = 0;

  constructor(
    private readonly text: string,
    private readonly fail: Fail,
  ) {}

  /** A value with the white space around it. */
  value(depth: number): JsonNode {
    this.match(SPACE);
    const position = this.position;
    if (depth > DEPTH) this.fail(position, `expected at most ${DEPTH} levels of nesting`);
    const node = this.take('{')
      ? ({ kind: 'object', position, members: this.members(depth) } as const)
      : this.take('[')
        ? ({ kind: 'array', position, items: this.items(depth) } as const)
        : ({ kind: 'scalar', position, value: this.scalar('a JSON value') } as const);
    this.match(SPACE);
    return node;
  }

  private items(depth: number): JsonNode[] {
    const items: JsonNode[] = [];
    this.match(SPACE);
    if (this.take(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.take(','));
    this.expect(']', 'or "," after an item');
    return items;
  }

  private members(depth: number): Map<string, JsonMember> {
    const members = new Map<string, JsonMember>();
    this.match(SPACE);
    if (this.take('}')) return members;
    do {
      this.match(SPACE);
      const position = this.position;
      const name =
        this.text[position] === '"'
          ? String(this.scalar('a name in quotes'))
          : this.fail(position, 'expected a name in quotes');
      if (members.has(name)) this.fail(position, `expected each name once, ${JSON.stringify(name)} is there already`);
      this.match(SPACE);
      this.expect(':', `after the name ${JSON.stringify(name)}`);
      members.set(name, { position, value: this.value(depth + 1) });
    } while (this.take(','));
    this.expect('}', 'or "," after a member');
    return members;
  }

  private scalar(what: string): string | number | boolean | null {
    const start = this.position;
    const token = this.match(SCALAR);
    try {
      return JSON.parse(token) as string | number | boolean | null;
    } catch {
      return this.fail(
        start,
        token === '' ? `expected ${what}` : 'expected a JSON string, number, true, false or null',
      );
    }
  }

  private take(token: string): boolean {
    if (this.text[this.position] !== token) return false;
    this.position++;
    return true;
  }

  private expect(token: string, where: string): void {
    if (!this.take(token)) this.fail(this.position, `expected ${JSON.stringify(token)} ${where}`);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const token = pattern.exec(this.text)?.[0] ?? '';
    this.position += token.length;
    return token;
  }
}
