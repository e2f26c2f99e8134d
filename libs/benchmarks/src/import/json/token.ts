import { ImportError } from '../../errors';

/** Largest element, in bytes. A record of NDS has some ten thousand. */
const MAX_ELEMENT_BYTES = 2 ** 22;
const MAX_KEY_BYTES = 2 ** 12;

const QUOTE = 1;
const BACKSLASH = 2;
const OPEN = 4;
const CLOSE = 8;
/** What ends a number or a name. */
const DELIMITER = 16;

/** The roles of each byte. */
const ROLES = new Uint8Array(256);
for (const [characters, role] of [
  ['"', QUOTE],
  ['\\', BACKSLASH],
  ['[{', OPEN],
  [']}', CLOSE | DELIMITER],
  [' \t\n\r,', DELIMITER],
] as const) {
  for (const byte of Buffer.from(characters)) ROLES[byte] = role;
}

/** A JSON value, or the name of a member, whose end is being looked for. */
export class Token {
  complete = false;
  private readonly parts: Buffer[] = [];
  private bytes = 0;
  private begun = false;
  private nesting = 0;
  private inString = false;
  private escaped = false;

  /** @param offset bytes of the file before it */
  constructor(
    readonly offset: number,
    readonly isKey: boolean,
    private readonly file: string,
  ) {}

  /**
   * Goes on at a position of a chunk, up to the token's end or the chunk's.
   * @returns the position where it stops
   * @throws ImportError when the token is too long
   */
  scan(chunk: Buffer, start: number): number {
    const end = this.endIn(chunk, start);
    this.bytes += end - start;
    const most = this.isKey ? MAX_KEY_BYTES : MAX_ELEMENT_BYTES;
    if (this.bytes > most) {
      throw new ImportError({ file: this.file, offset: this.offset }, `what begins here has more than ${most} bytes`);
    }
    const part = chunk.subarray(start, end);
    // The chunk may be overwritten before the token goes on.
    this.parts.push(this.complete ? part : Buffer.from(part));
    return end;
  }

  /** The complete token. */
  text(): string {
    return (this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts)).toString('utf8');
  }

  private endIn(chunk: Buffer, start: number): number {
    let i = start;
    if (!this.begun) {
      this.begun = true;
      this.inString = ROLES[chunk[i]] === QUOTE;
      this.nesting = ROLES[chunk[i]] === OPEN ? 1 : 0;
      i++;
    }
    const scalar = this.nesting === 0 && !this.inString;
    for (; i < chunk.length; i++) {
      const role = ROLES[chunk[i]];
      if (this.inString) {
        if (this.escaped) {
          this.escaped = false;
        } else if (role === BACKSLASH) {
          this.escaped = true;
        } else if (role === QUOTE) {
          this.inString = false;
          if (this.nesting === 0) return this.endsAt(i + 1);
        }
      } else if (scalar) {
        if (role & DELIMITER) return this.endsAt(i);
      } else if (role === QUOTE) {
        this.inString = true;
      } else if (role === OPEN) {
        this.nesting++;
      } else if (role & CLOSE && --this.nesting === 0) {
        return this.endsAt(i + 1);
      }
    }
    return i;
  }

  private endsAt(position: number): number {
    this.complete = true;
    return position;
  }
}
