import { ModelError } from '../model-error';

/** One field of a protobuf message. */
export interface WireField {
  readonly number: number;
  /** Of a field with a length; undefined for a number. */
  readonly content?: Uint8Array;
}

/** The fields of a protobuf message in order, without copying. @throws ModelError for bytes that are none. */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 63; scale *= 128) {
      if (at >= bytes.length) throw truncated();
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new ModelError('the bytes are not an ONNX model: a number has more than ten bytes');
  };
  const skip = (count: number): Uint8Array => {
    if (count > bytes.length - at) throw truncated();
    at += count;
    return bytes.subarray(at - count, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        varint();
        yield { number };
        break;
      case 1:
        skip(8);
        yield { number };
        break;
      case 2:
        yield { number, content: skip(varint()) };
        break;
      case 5:
        skip(4);
        yield { number };
        break;
      default:
        throw new ModelError(`the bytes are not an ONNX model: field ${number} has the wire type ${tag % 8}`);
    }
  }
}

function truncated(): ModelError {
  return new ModelError('the bytes are not an ONNX model: they end inside a field; the file is incomplete');
}
