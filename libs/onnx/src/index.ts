export * from './tensor';
export * from './data-type';
export * from './graph';
export * from './graph-error';
export type { AttributeKind, AttributeSchema, OpSchema, TensorType } from './schema';
export { NodeAttributes } from './attributes';
export { attributesOf, inferNode } from './inference';
export { schemas } from './schemas';
export * from './builder';
export {
  formatShape,
  product as productOfDims,
  quotient as quotientOfDims,
  substitute as substituteDim,
  sum as sumOfDims,
} from './dims';
export * from './check';
export * from './passes';
export { peakBytes } from './peak-bytes';
export { encodeModel, type EncodeOptions } from './wire/encode';
export {
  decodeForeignModel,
  decodeModel,
  MAX_MODEL_BYTES,
  modelMetadata,
  type ForeignModel,
  type ForeignModelOptions,
} from './wire/decode';
