import { ArchitectureSyntaxError } from '../errors';
import { NAME } from './architecture';

/** Something read, and the position where it starts. */
export interface Located<T> {
  readonly value: T;
  readonly position: number;
}

/** Reads JSON from left to right and knows where everything is, which `JSON.parse` does not tell. */
export class Reader {
  private position = 0;

  constructor(private readonly text: string) {}

  fail(rule: string, position = this.position): never {
    throw new ArchitectureSyntaxError(NAME, this.text, position, rule);
  }

  /** Skips white space and a token; says whether it was there. */
  accept(token: string): boolean {
    const found = this.next() && this.text.startsWith(token, this.position);
    this.position += found ? token.length : 0;
    return found;
  }

  /** @param where what the token is for, for the error: `after the matrix` */
  expect(token: string, where: string): void {
    if (!this.accept(token)) {
      this.fail(`expected ${JSON.stringify(token)} ${where}`);
    }
  }

  /** The first of the tokens that is there. */
  oneOf<T extends string>(tokens: readonly T[], what: string): Located<T> {
    this.next();
    const { position } = this;
    const value = tokens.find((token) => this.accept(token));
    return { value: value ?? this.fail(`expected ${what}, one of ${tokens.join(', ')}`), position };
  }

  /** A list of at most `most` items. */
  list<T>(what: string, most: number, item: (index: number) => T): Located<T[]> {
    this.next();
    const { position } = this;
    this.expect('[', `at the start of ${what}`);
    const value: T[] = [];
    if (this.accept(']')) {
      return { value, position };
    }
    do {
      if (value.length === most) {
        this.fail(`expected at most ${most} entries in ${what}`);
      }
      value.push(item(value.length));
    } while (this.accept(','));
    this.expect(']', `at the end of ${what}`);
    return { value, position };
  }

  end(): void {
    if (this.next()) {
      this.fail('expected the end of the text');
    }
  }

  /** Skips white space; says whether anything is left. */
  private next(): boolean {
    while (/[ \t\r\n]/.test(this.text.charAt(this.position))) {
      this.position++;
    }
    return this.position < this.text.length;
  }
}
