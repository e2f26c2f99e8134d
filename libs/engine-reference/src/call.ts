import { UnsupportedOperatorError } from '@gradsign/engine';
import { zeros, type DataType, type Node, type NodeAttributes, type Tensor } from '@gradsign/onnx';

/** Element types at run time: every float is held, and computed, in float64. */
export type Storage = Exclude<DataType, 'float32'>;

export const storageOf = (dtype: DataType): Storage => (dtype === 'float32' ? 'float64' : dtype);

/** A tensor with its floats widened. */
export function widen(value: Tensor): Tensor {
  return value.dtype === 'float32'
    ? { dtype: 'float64', shape: value.shape, data: Float64Array.from(value.data as Float32Array) }
    : value;
}

/** A tensor's elements as numbers; int64 is exact to 2^53. */
export function numbersOf({ data }: Tensor): ArrayLike<number> {
  return typeof data[0] === 'bigint' ? Array.from(data as BigInt64Array, Number) : (data as Float64Array);
}

/** Shape and element type that inference found for an output. */
export interface OutputType {
  readonly dtype: Storage;
  readonly shape: readonly number[];
}

/** One operator call: what a kernel computes its outputs from. */
export class Call {
  constructor(
    readonly node: Node,
    readonly attributes: NodeAttributes,
    readonly inputs: readonly (Tensor | undefined)[],
    readonly types: readonly OutputType[],
  ) {}

  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  input(index: number): Tensor {
    return this.inputs[index] as Tensor;
  }

  shape(index: number): readonly number[] {
    return this.input(index).shape;
  }

  floats(index: number): Float64Array {
    return this.input(index).data as Float64Array;
  }

  /** An integer input as numbers. */
  integers(index: number): number[] {
    return Array.from(numbersOf(this.input(index)));
  }

  /** Output `index`, filled with zeros. */
  output(index = 0): Tensor {
    return zeros(this.types[index].dtype, this.types[index].shape);
  }

  /** Output `index` with elements given as numbers, which it takes over where it is of float type. */
  filled(values: Float64Array, index = 0): Tensor {
    const { dtype, shape } = this.types[index];
    if (dtype === 'float64') return { dtype, shape, data: values };
    const result = this.output(index);
    if (dtype === 'int64') values.forEach((value, i) => (result.data[i] = BigInt(value)));
    else (result.data as Uint8Array).set(values);
    return result;
  }

  /** Output 0 with the elements of a tensor, which are shared. */
  reshaped({ dtype, data }: Tensor): Tensor {
    return { dtype, shape: this.types[0].shape, data };
  }

  unsupported(reason: string): never {
    throw new UnsupportedOperatorError('reference', this.node.op, this.node.name, reason);
  }
}

/** Computes an operator's outputs. Tensors are never changed once they are returned. */
export type Kernel = (call: Call) => Tensor[];

export type KernelTable = Readonly<Record<string, Kernel>>;
