import { dataTypeCodes, type Dim, type Tensor } from '@gradsign/onnx';

/** An attribute by the field of ONNX's message that holds it. */
export type FileAttribute =
  | { readonly i: number }
  | { readonly f: number }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly s: string }
  | { readonly t: Tensor }
  | { readonly g: 'graph' };

export interface FileNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, FileAttribute>>;
}

/** What a file says, right or wrong. */
export interface FileModel {
  readonly opset?: number;
  readonly inputs: readonly (readonly [name: string, shape: readonly Dim[], dtype?: keyof typeof dataTypeCodes])[];
  readonly outputs: readonly string[];
  readonly initializers?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly FileNode[];
}

/** The file of a model, written independently of the product's own encoder: it may say anything. */
export function modelBytes({ opset = 17, inputs, outputs, initializers = {}, nodes }: FileModel): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => message(1, nodeBytes(node))),
    ...message(2, text('test')),
    ...Object.entries(initializers).flatMap(([name, value]) => message(5, tensorBytes(value, name))),
    ...inputs.flatMap(([name, shape, dtype = 'float32']) => message(11, inputBytes(name, shape, dtype))),
    ...outputs.flatMap((name) => message(12, message(1, text(name)))),
  ];
  return Uint8Array.from([...integer(1, 8), ...message(8, integer(2, opset)), ...message(7, graph)]);
}

type Bytes = readonly number[];

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  // 2^63 − 1, which means "to the end", is no float64.
  let rest = BigInt.asUintN(64, value === 2 ** 63 ? 2n ** 63n - 1n : BigInt(value));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
}

const integer = (field: number, value: number | bigint): Bytes => [...varint(field * 8), ...varint(value)];
const message = (field: number, content: Bytes): Bytes => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
];
const text = (value: string): Bytes => [...new TextEncoder().encode(value)];
const float = (field: number, value: number): Bytes => [
  ...varint(field * 8 + 5),
  ...new Uint8Array(Float32Array.of(value).buffer),
];

function nodeBytes({ op, inputs, outputs, name = '', domain = '', attributes = {} }: FileNode): Bytes {
  return [
    ...inputs.flatMap((input) => message(1, text(input))),
    ...outputs.flatMap((output) => message(2, text(output))),
    ...message(3, text(name)),
    ...message(4, text(op)),
    ...Object.entries(attributes).flatMap(([key, value]) => message(5, attributeBytes(key, value))),
    ...message(7, text(domain)),
  ];
}

function attributeBytes(name: string, value: FileAttribute): Bytes {
  const of = (type: number, content: Bytes): Bytes => [...message(1, text(name)), ...content, ...integer(20, type)];
  if ('f' in value) return of(1, float(2, value.f));
  if ('i' in value) return of(2, integer(3, value.i));
  if ('s' in value) return of(3, message(4, text(value.s)));
  if ('t' in value) return of(4, message(5, tensorBytes(value.t, '')));
  if ('g' in value) return of(5, message(6, []));
  if ('floats' in value) {
    return of(
      6,
      value.floats.flatMap((v) => float(7, v)),
    );
  }
  return of(
    7,
    value.ints.flatMap((v) => integer(8, v)),
  );
}

function tensorBytes({ dtype, shape, data }: Tensor, name: string): Bytes {
  return [
    ...shape.flatMap((size) => integer(1, size)),
    ...integer(2, dataTypeCodes[dtype]),
    ...message(8, text(name)),
    ...message(9, [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]),
  ];
}

function inputBytes(name: string, shape: readonly Dim[], dtype: keyof typeof dataTypeCodes): Bytes {
  const dims = shape.flatMap((dim) => message(1, typeof dim === 'number' ? integer(1, dim) : message(2, text(dim))));
  const type = message(1, [...integer(1, dataTypeCodes[dtype]), ...message(2, dims)]);
  return [...message(1, text(name)), ...message(2, type)];
}
