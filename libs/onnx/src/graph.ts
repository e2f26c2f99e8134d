import type { DataType, Tensor } from './tensor';

/** A dimension: a size, or the name of one that is fixed only when the graph is specialised (`N`, the batch). */
export type Dim = number | string;

/** A named value that enters or leaves a graph. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly Dim[];
}

/**
 * An attribute's value. Whether a number is an ONNX int or float is a fact of the operator's schema
 * (`schemas`), not of the value: 1 may be either.
 */
export type Attribute = number | string | readonly number[] | Tensor;

/** One operator call. An absent optional input is the empty string, as in ONNX. */
export interface Node {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An ONNX graph (default operator set, `OPSET`): nodes in topological order, every value assigned once. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Node[];
}

/** Version of ONNX's default operator set that all graphs here are written in. */
export const OPSET = 17;
