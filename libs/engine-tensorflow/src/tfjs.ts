/** Element types of TensorFlow.js that are used here; int64 is held as int32. */
export type TfDataType = 'float32' | 'int32' | 'bool';

export interface TfTensor {
  readonly shape: number[];
  readonly dtype: string;
  dataSync(): Float32Array | Int32Array | Uint8Array;
  dispose(): void;
}

type Unary = (x: TfTensor) => TfTensor;
type Binary = (a: TfTensor, b: TfTensor) => TfTensor;
type Reduction = (x: TfTensor, axes: readonly number[], keepDims: boolean) => TfTensor;
type Pair = readonly [number, number];
type Pool = (x: TfTensor, size: Pair, strides: Pair, pad: 'valid') => TfTensor;

/**
 * The part of TensorFlow.js that the engine uses, as `@tensorflow/tfjs-core`, `@tensorflow/tfjs-node` and
 * `@tensorflow/tfjs-node-gpu` (4.x) export it. Written down here because those packages are optional: this one
 * compiles without them.
 */
export interface TensorFlow {
  tensor(values: Float32Array | Int32Array | Uint8Array, shape: readonly number[], dtype: TfDataType): TfTensor;
  scalar(value: number, dtype?: TfDataType): TfTensor;
  fill(shape: readonly number[], value: number, dtype: TfDataType): TfTensor;
  keep(x: TfTensor): TfTensor;
  tidy<T extends TfTensor | TfTensor[]>(fn: () => T): T;
  memory(): { numTensors: number };
  getBackend(): string;

  clone: Unary;
  abs: Unary;
  neg: Unary;
  sign: Unary;
  exp: Unary;
  log: Unary;
  sqrt: Unary;
  rsqrt: Unary;
  square: Unary;
  relu: Unary;
  sigmoid: Unary;
  tanh: Unary;
  erf: Unary;
  isNaN: Unary;
  logicalNot: Unary;
  cast(x: TfTensor, dtype: TfDataType): TfTensor;

  add: Binary;
  sub: Binary;
  mul: Binary;
  div: Binary;
  floorDiv: Binary;
  pow: Binary;
  minimum: Binary;
  maximum: Binary;
  greater: Binary;
  greaterEqual: Binary;
  less: Binary;
  lessEqual: Binary;
  equal: Binary;
  notEqual: Binary;
  logicalAnd: Binary;
  logicalOr: Binary;
  where(condition: TfTensor, yes: TfTensor, no: TfTensor): TfTensor;

  sum: Reduction;
  mean: Reduction;
  max: Reduction;

  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  transpose(x: TfTensor, perm: readonly number[]): TfTensor;
  broadcastTo(x: TfTensor, shape: readonly number[]): TfTensor;
  tile(x: TfTensor, repeats: readonly number[]): TfTensor;
  concat(parts: readonly TfTensor[], axis: number): TfTensor;
  gather(x: TfTensor, indices: TfTensor, axis: number): TfTensor;
  pad(x: TfTensor, pads: readonly Pair[], value: number): TfTensor;
  slice(x: TfTensor, begin: readonly number[], size: readonly number[]): TfTensor;
  stridedSlice(
    x: TfTensor,
    begin: readonly number[],
    end: readonly number[],
    strides: readonly number[],
    beginMask: number,
    endMask: number,
  ): TfTensor;

  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor;
  conv2d(x: TfTensor, filter: TfTensor, strides: Pair, pad: 'valid'): TfTensor;
  depthwiseConv2d(x: TfTensor, filter: TfTensor, strides: Pair, pad: 'valid'): TfTensor;
  conv2dTranspose(x: TfTensor, filter: TfTensor, outputShape: readonly number[], strides: Pair, pad: 'valid'): TfTensor;
  maxPool: Pool;
  avgPool: Pool;
}
