import { AttributeProto, AttributeProto_AttributeType as Type } from '../gen/onnx/onnx';
import type { Attribute } from '../graph';
import { GraphError } from '../graph-error';
import type { AttributeKind } from '../schema';
import type { Tensor } from '../tensor';
import { decodeTensor, encodeTensor } from './tensor-proto';

const utf8 = new TextEncoder();

/** An attribute of the schema's kind as an ONNX message. */
export function encodeAttribute(name: string, kind: AttributeKind, value: Attribute): AttributeProto {
  switch (kind) {
    case 'int':
      return AttributeProto.fromPartial({ name, type: Type.INT, i: BigInt(value as number) });
    case 'float':
      return AttributeProto.fromPartial({ name, type: Type.FLOAT, f: value as number });
    case 'ints':
      return AttributeProto.fromPartial({ name, type: Type.INTS, ints: (value as readonly number[]).map(BigInt) });
    case 'floats':
      return AttributeProto.fromPartial({ name, type: Type.FLOATS, floats: [...(value as readonly number[])] });
    case 'string':
      return AttributeProto.fromPartial({ name, type: Type.STRING, s: utf8.encode(value as string) });
    case 'tensor':
      return AttributeProto.fromPartial({ name, type: Type.TENSOR, t: encodeTensor('', value as Tensor) });
  }
}

/** @throws GraphError naming the attribute for a kind not used here (subgraphs, string lists) or an unsafe integer */
export function decodeAttribute(message: AttributeProto, what: string): Attribute {
  switch (message.type) {
    case Type.INT:
      return integer(message.i ?? 0n, what);
    case Type.FLOAT:
      return message.f ?? 0;
    case Type.INTS:
      return message.ints.map((value) => integer(value, what));
    case Type.FLOATS:
      return message.floats;
    case Type.STRING:
      return new TextDecoder().decode(message.s);
    case Type.TENSOR:
      if (message.t !== undefined) return decodeTensor(message.t, what);
  }
  throw new GraphError(`${what} is of type ${message.type ?? 0}, must be int, float, ints, floats, string or tensor`);
}

/** The largest int64, which exporters write for "to the end" (and the smallest). */
const END = 2n ** 63n - 1n;

function integer(value: bigint, what: string): number {
  if (value === END) return Number.MAX_SAFE_INTEGER;
  if (value === -END || value === -END - 1n) return Number.MIN_SAFE_INTEGER;
  if (!Number.isSafeInteger(Number(value))) throw new GraphError(`${what} = ${value} must be a safe integer (±2^53)`);
  return Number(value);
}
