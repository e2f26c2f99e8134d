import type { Attribute, Dim } from './graph';
import type { DataType } from './tensor';
import type { InferenceContext } from './inference-context';

export type AttributeKind = 'int' | 'float' | 'ints' | 'floats' | 'string' | 'tensor';

export interface AttributeSchema {
  readonly kind: AttributeKind;
  /** The value that ONNX defines for an absent attribute. */
  readonly default?: Attribute;
  readonly required?: boolean;
}

/** Element type and shape of a value. */
export interface TensorType {
  readonly dtype: DataType;
  readonly shape: readonly Dim[];
}

/** What is known of an operator (ONNX, default domain, operator set `OPSET`). */
export interface OpSchema {
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  /** Fewest and most inputs. */
  readonly inputs: readonly [number, number];
  /** Fewest and most outputs. */
  readonly outputs: readonly [number, number];
  /** Types of the outputs (at least `context.outputs` of them). Breaks off with `context.fail`. */
  infer(context: InferenceContext): TensorType[];
}

export type SchemaTable = Readonly<Record<string, OpSchema>>;
