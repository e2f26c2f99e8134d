import { NodeError } from './graph-error';
import type { Attribute, Node } from './graph';
import type { AttributeKind, OpSchema } from './schema';
import type { Tensor } from './tensor';

const isTensor = (value: Attribute): value is Tensor => typeof value === 'object' && !Array.isArray(value);

const isOfKind: Readonly<Record<AttributeKind, (value: Attribute) => boolean>> = {
  int: (value) => Number.isSafeInteger(value),
  float: (value) => typeof value === 'number',
  ints: (value) => Array.isArray(value) && value.every((v) => Number.isSafeInteger(v)),
  floats: (value) => Array.isArray(value) && value.every((v) => typeof v === 'number'),
  string: (value) => typeof value === 'string',
  tensor: isTensor,
};

/** A node's attributes as its schema defines them: checked, with ONNX's defaults, typed by the getter used. */
export class NodeAttributes {
  constructor(
    private readonly node: Node,
    private readonly schema: OpSchema,
  ) {
    for (const [name, value] of Object.entries(node.attributes)) {
      if (!Object.hasOwn(schema.attributes, name)) {
        this.fail(
          `attribute "${name}" is unknown: ${node.op} has ${Object.keys(schema.attributes).join(', ') || 'none'}`,
        );
      }
      const { kind } = schema.attributes[name];
      if (!isOfKind[kind](value)) this.fail(`attribute "${name}" = ${describe(value)} must be of kind ${kind}`);
    }
    for (const [name, attribute] of Object.entries(schema.attributes)) {
      if (attribute.required && !Object.hasOwn(node.attributes, name)) this.fail(`attribute "${name}" is required`);
    }
  }

  /** Whether the node gives the attribute itself. */
  has(name: string): boolean {
    return Object.hasOwn(this.node.attributes, name);
  }

  int(name: string): number {
    return this.get(name, 'int') as number;
  }

  float(name: string): number {
    return this.get(name, 'float') as number;
  }

  string(name: string): string {
    return this.get(name, 'string') as string;
  }

  tensor(name: string): Tensor {
    return this.get(name, 'tensor') as Tensor;
  }

  /** `fallback` is for lists whose default depends on a rank (strides, pads). */
  ints(name: string, fallback?: readonly number[]): readonly number[] {
    return this.get(name, 'ints', fallback) as readonly number[];
  }

  private get(name: string, kind: AttributeKind, fallback?: Attribute): Attribute {
    const attribute = this.schema.attributes[name];
    if (attribute?.kind !== kind) throw new TypeError(`${this.node.op} has no attribute "${name}" of kind ${kind}`);
    const value = this.has(name) ? this.node.attributes[name] : (attribute.default ?? fallback);
    return value ?? this.fail(`attribute "${name}" is required`);
  }

  private fail(rule: string): never {
    throw new NodeError(this.node.op, this.node.name, rule);
  }
}

function describe(value: Attribute): string {
  return isTensor(value) ? `tensor ${value.dtype}[${value.shape.join(',')}]` : JSON.stringify(value);
}
