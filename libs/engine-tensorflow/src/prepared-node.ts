import { UnsupportedOperatorError } from '@gradsign/engine';
import type { Node, NodeAttributes, Tensor } from '@gradsign/onnx';
import type { TensorFlow, TfDataType, TfTensor } from './tfjs';

/** A value's type on the device. */
export interface DeviceType {
  readonly dtype: TfDataType;
  readonly shape: readonly number[];
}

/** What is known of an operator call before it runs. */
export class PreparedNode {
  constructor(
    readonly tf: TensorFlow,
    readonly node: Node,
    readonly attributes: NodeAttributes,
    /** Types of the inputs; undefined for an absent one. */
    readonly inputs: readonly (DeviceType | undefined)[],
    /** Types of the outputs; undefined for one that nobody wants. */
    readonly outputs: readonly (DeviceType | undefined)[],
    private readonly constants: ReadonlyMap<string, Tensor>,
  ) {}

  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  input(index: number): DeviceType {
    return this.inputs[index] as DeviceType;
  }

  /** The first output's type. */
  get output(): DeviceType {
    return this.outputs[0] as DeviceType;
  }

  /** The elements of an input that must be constant: it is a parameter of the call, not one of its operands. */
  numbers(index: number): number[] {
    const value = this.constants.get(this.node.inputs[index]);
    if (value === undefined) this.unsupported(`input ${index} must be a constant`);
    return Array.from(value.data, Number);
  }

  /** An axis counted from the start. */
  axis(axis: number, rank = this.input(0).shape.length): number {
    return axis < 0 ? axis + rank : axis;
  }

  unsupported(reason: string): never {
    throw new UnsupportedOperatorError('tensorflow', this.node.op, this.node.name, reason);
  }
}

/** Computes a call's outputs; `operand` gives the inputs. What it makes besides is disposed of by its caller. */
export type Step = (operand: (index: number) => TfTensor) => TfTensor | TfTensor[];

/** Prepares a call. @throws UnsupportedOperatorError for what it cannot run. */
export type Kernel = (node: PreparedNode) => Step;

export type KernelTable = Readonly<Record<string, Kernel>>;
