/** Where a vector's elements are. */
export interface FlatVector {
  readonly start: number;
  readonly length: number;
}

/**
 * Reads a FlatBuffer of untrusted bytes. The library's own reader takes what lies outside the buffer for zeros and
 * believes every length, so that a few wrong bytes cost gigabytes.
 * @throws RangeError for what lies outside the buffer, in all methods
 */
export class FlatBuffer {
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The table that everything hangs on. */
  root(): number {
    return this.indirect(0);
  }

  /** Where a table has the member of this number, or undefined where it has the default. */
  member(table: number, number: number): number | undefined {
    const vtable = table - this.view.getInt32(table, true);
    const entry = 4 + 2 * number;
    if (entry + 2 > this.view.getUint16(vtable, true)) return undefined;
    const offset = this.view.getUint16(vtable + entry, true);
    return offset === 0 ? undefined : table + offset;
  }

  /** The table that a member refers to. */
  table(parent: number, number: number): number | undefined {
    const member = this.member(parent, number);
    return member === undefined ? undefined : this.indirect(member);
  }

  /** The vector that a member refers to, whose elements have so many bytes; the empty one where it is not there. */
  vector(parent: number, number: number, elementBytes: number): FlatVector {
    const table = this.table(parent, number);
    if (table === undefined) return { start: 0, length: 0 };
    const length = this.view.getUint32(table, true);
    if (table + 4 + length * elementBytes > this.view.byteLength) {
      throw new RangeError(`a vector of ${length} elements reaches beyond the end`);
    }
    return { start: table + 4, length };
  }

  /** The tables of a vector. */
  tables(parent: number, number: number): number[] {
    const { start, length } = this.vector(parent, number, 4);
    return Array.from({ length }, (_, i) => this.indirect(start + 4 * i));
  }

  byte(position: number | undefined): number {
    return position === undefined ? 0 : this.view.getUint8(position);
  }

  int32(position: number): number {
    return this.view.getInt32(position, true);
  }

  /** A length or offset of 64 bits. */
  int64(position: number | undefined): number {
    const value = position === undefined ? 0n : this.view.getBigInt64(position, true);
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`a length is ${value}`);
    return Number(value);
  }

  private indirect(position: number): number {
    return position + this.view.getUint32(position, true);
  }
}
