import { dataTypeCodes, dataTypeOf } from '../data-type';
import { TensorProto, TensorProto_DataLocation } from '../gen/onnx/onnx';
import { GraphError } from '../graph-error';
import { sizeOf, tensor, zeros, type DataType, type Tensor } from '../tensor';
import { field, type Parts } from './parts';

/** Number of TensorProto's field. */
const RAW_DATA = 9;

/** A tensor as an ONNX message. */
export function encodeTensor(name: string, tensor: Tensor): TensorProto {
  return { ...describe(name, tensor), rawData: rawData(tensor) };
}

/** The bytes of a tensor as an ONNX message. */
export function tensorParts(name: string, tensor: Tensor): Parts {
  return [TensorProto.encode(describe(name, tensor)).finish(), ...field(RAW_DATA, [rawData(tensor)])];
}

function describe(name: string, { dtype, shape }: Tensor): TensorProto {
  return TensorProto.fromPartial({ name, dims: shape.map(BigInt), dataType: dataTypeCodes[dtype] });
}

/** Little-endian, as is every machine that Node runs on. */
function rawData({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** @throws GraphError naming the tensor for external data, an element type not used here, or the wrong amount of data */
export function decodeTensor(message: TensorProto, what: string): Tensor {
  if (message.dataLocation === TensorProto_DataLocation.EXTERNAL || message.externalData.length > 0) {
    throw new GraphError(`${what} must not keep its data in another file (external data)`);
  }
  const dtype = dataTypeOf(message.dataType ?? 0);
  if (dtype === undefined) {
    const known = Object.entries(dataTypeCodes).map(([name, code]) => `${code} (${name})`);
    throw new GraphError(`${what} has data_type ${message.dataType ?? 0}, must be one of ${known.join(', ')}`);
  }
  const shape = message.dims.map(Number);
  if (shape.some((size) => size < 0))
    throw new GraphError(`${what} has shape [${shape.join(',')}], must not be negative`);
  const elements = sizeOf(shape);
  if (message.rawData !== undefined) return fromRaw(message.rawData, dtype, shape, elements, what);
  const values = typedField(message, dtype);
  if (values.length !== elements) throw wrongAmount(what, shape, elements, `${values.length} elements`);
  const result = zeros(dtype, shape);
  for (let i = 0; i < elements; i += 1) result.data[i] = values[i];
  return result;
}

function fromRaw(raw: Uint8Array, dtype: DataType, shape: number[], elements: number, what: string): Tensor {
  const { BYTES_PER_ELEMENT } = zeros(dtype, [0]).data;
  // Before anything is allocated: the shape is whatever the file says.
  if (raw.byteLength !== elements * BYTES_PER_ELEMENT)
    throw wrongAmount(what, shape, elements, `${raw.byteLength} bytes`);
  const result = zeros(dtype, shape);
  new Uint8Array(result.data.buffer).set(raw);
  return tensor(dtype, shape, result.data);
}

function typedField(message: TensorProto, dtype: DataType): readonly (number | bigint)[] {
  switch (dtype) {
    case 'float32':
      return message.floatData;
    case 'float64':
      return message.doubleData;
    case 'int64':
      return message.int64Data;
    default:
      return message.int32Data;
  }
}

function wrongAmount(what: string, shape: number[], elements: number, found: string): GraphError {
  return new GraphError(`${what} of shape [${shape.join(',')}] must have ${elements} elements, has ${found}`);
}
