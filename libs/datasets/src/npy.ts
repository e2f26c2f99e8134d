import { sizeOf, zeros, type DataType, type Tensor } from '@gradsign/onnx';
import { NpyError } from './npy-error';
import { parseNpyHeader } from './npy-header';

/** Element types that are read from and written to .npy files. */
export type NpyDataType = Exclude<DataType, 'bool'>;

const DESCR: Readonly<Record<NpyDataType, string>> = {
  float32: '<f4',
  float64: '<f8',
  int64: '<i8',
  int32: '<i4',
  uint8: '|u1',
};
const DATA_TYPES = new Map(Object.entries(DESCR).map(([dtype, descr]) => [descr, dtype as NpyDataType]));
const ITEM_BYTES: Readonly<Record<NpyDataType, number>> = { float32: 4, float64: 8, int64: 8, int32: 4, uint8: 1 };

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Magic and version. */
const PREFIX_BYTES = 8;
/** NumPy refuses longer headers as well. */
const MAX_HEADER_BYTES = 10_000;

/**
 * Reads an array in NumPy's .npy format, versions 1 to 3: little-endian, C order, of the types of
 * {@link NpyDataType}. The data is copied.
 * @param field what to call the array in errors
 * @throws NpyError for anything else, in particular for bytes that are missing or left over.
 */
export function readNpy(bytes: Uint8Array, field = 'npy'): Tensor<NpyDataType> {
  const { text, dataStart } = headerText(bytes, field);
  const { descr, fortranOrder, shape } = parseNpyHeader(text, `${field}.header`);
  const dtype = DATA_TYPES.get(descr);
  if (dtype === undefined) {
    const known = [...DATA_TYPES].map(([code, name]) => `${code} (${name})`).join(', ');
    throw new NpyError(`${field}.descr`, descr, `the element type is one of ${known}`);
  }
  if (fortranOrder) throw new NpyError(`${field}.fortran_order`, true, 'arrays are stored in C order');
  // Before anything is allocated. Products that are not exact are far above any file's size.
  const needed = sizeOf(shape) * ITEM_BYTES[dtype];
  const present = bytes.length - dataStart;
  if (needed !== present) {
    throw new NpyError(`${field}.shape`, shape, `this shape of ${dtype} has ${needed} bytes, the file has ${present}`);
  }
  const array = zeros(dtype, shape);
  new Uint8Array(array.data.buffer).set(bytes.subarray(dataStart));
  return array;
}

/** Writes a tensor as .npy, version 1.0; its data starts at a multiple of 64 bytes, as NumPy's does. */
export function writeNpy({ dtype, shape, data }: Tensor<NpyDataType>): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const unpadded = PREFIX_BYTES + 2 + dictionary.length + 1;
  const dataStart = Math.ceil(unpadded / 64) * 64;
  const bytes = Buffer.alloc(dataStart + data.byteLength, ' ');
  bytes.set([...MAGIC, 1, 0]);
  bytes.writeUInt16LE(dataStart - PREFIX_BYTES - 2, PREFIX_BYTES);
  bytes.write(dictionary, PREFIX_BYTES + 2, 'latin1');
  bytes.write('\n', dataStart - 1, 'latin1');
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dataStart);
  return bytes;
}

function headerText(bytes: Uint8Array, field: string): { text: string; dataStart: number } {
  if (bytes.length < PREFIX_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new NpyError(`${field}.length`, bytes.length, 'the bytes do not start with the magic of a .npy file');
  }
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3 || minor !== 0) {
    throw new NpyError(`${field}.version`, `${major}.${minor}`, 'the version is 1.0, 2.0 or 3.0');
  }
  const lengthBytes = major === 1 ? 2 : 4;
  const textStart = PREFIX_BYTES + lengthBytes;
  if (bytes.length < textStart) throw new NpyError(`${field}.length`, bytes.length, 'the file ends in its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = major === 1 ? view.getUint16(PREFIX_BYTES, true) : view.getUint32(PREFIX_BYTES, true);
  if (length > MAX_HEADER_BYTES) {
    throw new NpyError(`${field}.header.length`, length, `a header has at most ${MAX_HEADER_BYTES} bytes`);
  }
  const dataStart = textStart + length;
  if (bytes.length < dataStart) throw new NpyError(`${field}.length`, bytes.length, 'the file ends in its header');
  // What a header may have is ASCII in every version.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + textStart, length).toString('latin1');
  return { text, dataStart };
}
