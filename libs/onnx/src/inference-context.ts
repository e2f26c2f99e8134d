import type { NodeAttributes } from './attributes';
import { formatShape, product, sum } from './dims';
import type { Dim, Node } from './graph';
import { NodeError } from './graph-error';
import type { TensorType } from './schema';
import type { DataType, Tensor } from './tensor';

/** What an operator's `infer` sees of its node: input types, constants, attributes; and how it objects. */
export class InferenceContext {
  constructor(
    readonly node: Node,
    readonly attributes: NodeAttributes,
    private readonly typeOf: (value: string) => TensorType,
    private readonly constantOf: (value: string) => Tensor | undefined,
  ) {}

  /** Number of outputs that the node declares. */
  get outputs(): number {
    return this.node.outputs.length;
  }

  /** Number of inputs, trailing absent ones not counted. */
  get inputs(): number {
    return this.node.inputs.length;
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  input(index: number): TensorType {
    if (!this.has(index)) this.fail(`needs input ${index}`);
    return this.typeOf(this.node.inputs[index]);
  }

  shape(index: number): readonly Dim[] {
    return this.input(index).shape;
  }

  /** The input's shape after a check of its rank. */
  ranked(index: number, atLeast: number, atMost = Infinity): readonly Dim[] {
    const { shape } = this.input(index);
    if (shape.length < atLeast || shape.length > atMost) {
      const rule =
        atLeast === atMost ? `${atLeast}` : atMost === Infinity ? `at least ${atLeast}` : `${atLeast} to ${atMost}`;
      this.reject(index, `must have rank ${rule}`);
    }
    return shape;
  }

  /** The input's type after a check that its elements are of one of the types. */
  typed(index: number, ...dtypes: DataType[]): TensorType {
    const type = this.input(index);
    if (!dtypes.includes(type.dtype)) this.reject(index, `must be ${dtypes.join(' or ')}`);
    return type;
  }

  floating(index: number): TensorType {
    return this.typed(index, 'float32', 'float64');
  }

  /** Checks that all present inputs from `first` on have the element type of input `first`. */
  sameType(first = 0): DataType {
    const { dtype } = this.input(first);
    for (let i = first + 1; i < this.inputs; i += 1) if (this.has(i)) this.typed(i, dtype);
    return dtype;
  }

  /** A constant (initializer) input; its value decides the output's shape. */
  constant(index: number): Tensor {
    this.input(index);
    return this.constantOf(this.node.inputs[index]) ?? this.reject(index, 'must be a constant: it decides the shape');
  }

  /** A constant int64 (or int32) input as numbers. */
  integers(index: number): number[] {
    this.typed(index, 'int64', 'int32');
    return Array.from(this.constant(index).data as Iterable<number | bigint>, Number);
  }

  /** A dimension that must be a number for the operator's arithmetic. */
  size(index: number, axis: number): number {
    const dim = this.shape(index)[axis];
    return typeof dim === 'number'
      ? dim
      : this.reject(index, `has a symbolic axis ${axis}: specialise the graph first`);
  }

  /** An axis in [-rank, rank) as one in [0, rank). */
  axis(axis: number, rank: number): number {
    if (axis < -rank || axis >= rank) this.fail(`axis ${axis} must lie in [${-rank}, ${rank - 1}]`);
    return axis < 0 ? axis + rank : axis;
  }

  /** Distinct axes, normalised to [0, rank). */
  axes(axes: readonly number[], rank: number): number[] {
    const normalised = axes.map((axis) => this.axis(axis, rank));
    if (new Set(normalised).size !== normalised.length) this.fail(`axes [${axes.join(',')}] must be distinct`);
    return normalised;
  }

  /** Shape after NumPy broadcasting of two shapes. */
  broadcast(a: readonly Dim[], b: readonly Dim[]): Dim[] {
    const rank = Math.max(a.length, b.length);
    return Array.from({ length: rank }, (_, i) => {
      const x = a[i - rank + a.length] ?? 1;
      const y = b[i - rank + b.length] ?? 1;
      if (x === y || y === 1) return x;
      if (x === 1) return y;
      return this.fail(`shapes ${formatShape(a)} and ${formatShape(b)} must broadcast: ${x} against ${y}`);
    });
  }

  broadcastInputs(first = 0): Dim[] {
    let shape: readonly Dim[] = this.shape(first);
    for (let i = first + 1; i < this.inputs; i += 1) shape = this.broadcast(shape, this.shape(i));
    return [...shape];
  }

  /** Checks an input against an expected shape. */
  expectShape(index: number, expected: readonly Dim[]): void {
    const shape = this.shape(index);
    if (shape.length !== expected.length || shape.some((dim, i) => dim !== expected[i])) {
      this.reject(index, `must have shape ${formatShape(expected)}`);
    }
  }

  product(dims: readonly Dim[]): Dim {
    return product(dims);
  }

  sum(dims: readonly Dim[]): Dim {
    return sum(dims) ?? this.fail(`cannot add the symbolic sizes ${dims.join(' + ')}: specialise the graph first`);
  }

  /** Objects to one input. */
  reject(index: number, rule: string): never {
    const value = this.node.inputs[index];
    const { dtype, shape } = this.typeOf(value);
    throw new NodeError(this.node.op, this.node.name, `(${dtype}${formatShape(shape)}) ${rule}`, value);
  }

  fail(rule: string): never {
    throw new NodeError(this.node.op, this.node.name, rule);
  }
}
