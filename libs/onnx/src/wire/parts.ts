/**
 * A message as pieces of its bytes. Large data is a piece of its own, so that it is copied once, into the file, and not
 * again for every message that it lies in.
 */
export type Parts = readonly Uint8Array[];

/** Wire type of a field whose length stands before it. */
const LENGTH_DELIMITED = 2;

/** A field that holds bytes, a text or a message. @param number of the field in its message's definition */
export function field(number: number, content: Parts): Parts {
  return [Uint8Array.from([...varint(number * 8 + LENGTH_DELIMITED), ...varint(lengthOf(content))]), ...content];
}

export function join(parts: Parts): Uint8Array {
  const bytes = new Uint8Array(lengthOf(parts));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function lengthOf(parts: Parts): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}
