/** Text in the layout of an Arrow Utf8 column: entry i is `bytes[offsets[i] … offsets[i + 1]]`. */
export interface TextColumn {
  readonly length: number;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

const EMPTY = -1;
const { imul } = Math;

/**
 * Finds the index of an architecture's text in a column without making a string of every entry: an open-addressing
 * hash table of entry numbers, at most half full. Building it reads the column's bytes once.
 */
export class ArchitectureIndex {
  private readonly slots: Int32Array;
  private readonly encoder = new TextEncoder();

  constructor(private readonly column: TextColumn) {
    const { length, offsets, bytes } = column;
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * length + 2))).fill(EMPTY);
    for (let entry = 0; entry < length; entry++) {
      this.slots[this.slotOf(bytes, offsets[entry], offsets[entry + 1])] = entry;
    }
  }

  get length(): number {
    return this.column.length;
  }

  /** The entry with exactly this text, or undefined. */
  find(text: string): number | undefined {
    const bytes = this.encoder.encode(text);
    const entry = this.slots[this.slotOf(bytes, 0, bytes.length)];
    return entry === EMPTY ? undefined : entry;
  }

  text(entry: number): string {
    const { offsets, bytes } = this.column;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return view.toString('utf8', offsets[entry], offsets[entry + 1]);
  }

  /** The slot that holds this text, or the empty one where it belongs. */
  private slotOf(bytes: Uint8Array, begin: number, end: number): number {
    const mask = this.slots.length - 1;
    let slot = fnv1a(bytes, begin, end) & mask;
    while (this.slots[slot] !== EMPTY && !this.equals(this.slots[slot], bytes, begin, end)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private equals(entry: number, bytes: Uint8Array, begin: number, end: number): boolean {
    const { offsets, bytes: own } = this.column;
    const start = offsets[entry];
    if (offsets[entry + 1] - start !== end - begin) {
      return false;
    }
    for (let i = begin; i < end; i++) {
      if (own[start + i - begin] !== bytes[i]) {
        return false;
      }
    }
    return true;
  }
}

function fnv1a(bytes: Uint8Array, begin: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = begin; i < end; i++) {
    hash = imul(hash ^ bytes[i], 0x01000193);
  }
  // The low bits of FNV depend on the low bits of the bytes only.
  return hash ^ (hash >>> 15);
}
