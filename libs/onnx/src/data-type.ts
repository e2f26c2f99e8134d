import type { DataType } from './tensor';

/** ONNX's number of each element type (TensorProto.DataType), as Cast's `to` attribute wants it. */
export const dataTypeCodes: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** The element type with an ONNX number, or undefined for one that is not used here. */
export function dataTypeOf(code: number): DataType | undefined {
  return (Object.keys(dataTypeCodes) as DataType[]).find((dtype) => dataTypeCodes[dtype] === code);
}
