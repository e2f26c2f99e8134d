import { ImportError } from '../../errors';
import { parsePythonJson } from './python-json';
import { Token } from './token';

/** A value inside the lists and objects that a file is made of. */
export interface JsonElement {
  /** Place in the file, from 1. */
  readonly number: number;
  /** Names of the members that lead to it, outermost first. */
  readonly keys: readonly string[];
  /** Bytes of the file before it, and up to its end. */
  readonly offset: number;
  readonly end: number;
  readonly value: unknown;
}

type Container = '[' | '{';

/** How many levels of lists and objects are taken apart, by what the file begins with; from 1. */
export type Depths = Readonly<Record<Container, number>>;

/** What may come next between elements: `first` is a first item or member, `next` one after a comma. */
type Expected = 'root' | 'first' | 'next' | 'colon' | 'value' | 'comma' | 'end';

/**
 * Takes a large JSON file apart into its elements, so that only one of them is in memory. Each is read by JSON.parse,
 * but NaN and infinities as Python writes them pass.
 */
export class JsonSplitter {
  private readonly open: { readonly kind: Container; key?: string }[] = [];
  private depth = 0;
  private expected: Expected = 'root';
  private token: Token | undefined;
  private elements = 0;
  /** Bytes of the file before the current chunk. */
  private before = 0;

  constructor(
    private readonly file: string,
    private readonly depths: Depths,
  ) {}

  /**
   * The elements that end in the next chunk of the file.
   * @throws ImportError with the offset of what is not JSON
   */
  *push(chunk: Buffer): Generator<JsonElement> {
    let position = 0;
    while (position < chunk.length) {
      if (!this.token) {
        position += this.structure(String.fromCharCode(chunk[position]), this.before + position);
        continue;
      }
      position = this.token.scan(chunk, position);
      if (this.token.complete) {
        const value = this.parse(this.token);
        const { offset, isKey } = this.token;
        this.token = undefined;
        this.expected = isKey ? 'colon' : 'comma';
        if (isKey) {
          this.open.at(-1)!.key = value as string;
        } else {
          const keys = this.open.flatMap(({ key }) => (key === undefined ? [] : [key]));
          yield { number: ++this.elements, keys, offset, end: this.before + position, value };
        }
      }
    }
    this.before += chunk.length;
  }

  /** @throws ImportError when the file ends too early */
  end(): void {
    if (this.expected !== 'end') this.fail(this.before, 'the file ends too early: it is empty or cut short');
  }

  /** Takes a character between elements, or begins a token with it. Returns how many characters it took. */
  private structure(character: string, offset: number): 0 | 1 {
    if (' \t\n\r'.includes(character)) return 1;
    const { expected } = this;
    const inList = this.open.at(-1)?.kind === '[';
    if ((expected === 'first' || expected === 'comma') && character === (inList ? ']' : '}')) {
      this.open.pop();
      this.expected = this.open.length === 0 ? 'end' : 'comma';
      return 1;
    }
    switch (expected) {
      case 'root':
        if (character === '[' || character === '{') this.depth = this.depths[character];
        return this.enter(character, offset);
      case 'first':
      case 'next':
        if (inList) return this.value(character, offset);
        if (character !== '"') return this.fail(offset, 'it must have a name in quotes here');
        this.token = new Token(offset, true, this.file);
        return 0;
      case 'colon':
        if (character !== ':') return this.fail(offset, 'it must have a colon here');
        this.expected = 'value';
        return 1;
      case 'value':
        return this.value(character, offset);
      case 'comma':
        if (character !== ',') return this.fail(offset, 'it must have a comma, or the end of the list or object, here');
        this.expected = 'next';
        return 1;
      case 'end':
        return this.fail(offset, 'it must end here');
    }
  }

  private value(character: string, offset: number): 0 | 1 {
    if (this.open.length < this.depth) return this.enter(character, offset);
    if (']},:'.includes(character)) return this.fail(offset, 'it must have a value here');
    this.token = new Token(offset, false, this.file);
    return 0;
  }

  private enter(character: string, offset: number): 1 {
    if (character !== '[' && character !== '{') return this.fail(offset, 'it must have a list or an object here');
    this.open.push({ kind: character });
    this.expected = 'first';
    return 1;
  }

  private parse(token: Token): unknown {
    try {
      return parsePythonJson(token.text());
    } catch (error) {
      return this.fail(token.offset, `what begins here is not JSON: ${(error as Error).message}`);
    }
  }

  private fail(offset: number, rule: string): never {
    throw new ImportError({ file: this.file, offset }, rule);
  }
}
