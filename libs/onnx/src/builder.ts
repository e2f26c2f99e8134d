import { formatShape } from './dims';
import type { Attribute, Dim, Graph, Node, ValueInfo } from './graph';
import { GraphError } from './graph-error';
import { inferNode } from './inference';
import type { DataType, Tensor } from './tensor';

/** A value of a graph under construction, with its inferred type. */
export type Value = ValueInfo;

/** Constants up to this size are shared by content; larger ones are weights, and unlikely to repeat. */
const SHARED_CONSTANT_BYTES = 1024;

/**
 * Builds a graph node by node. Every value's type is inferred as it is made, so a mistake is reported where it
 * is made. Names that are not given are the operator and a counter, so equal calls give equal graphs.
 */
export class GraphBuilder {
  private readonly inputs: Value[] = [];
  private readonly outputs: Value[] = [];
  private readonly initializers = new Map<string, Tensor>();
  private readonly nodeList: Node[] = [];
  private readonly values = new Map<string, Value>();
  private readonly nodeNames = new Set<string>();
  /** Values that cannot be an output under their own name: inputs, initializers and those that are one already. */
  private readonly taken = new Set<string>();
  private readonly counters = new Map<string, number>();
  private readonly constants = new Map<string, Value>();
  private readonly reserved = new Set<string>();

  constructor(private readonly name: string) {}

  /** Continues a graph: all its values can be used by name, with inferred types. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder(graph.name);
    for (const { name, dtype, shape } of graph.inputs) builder.input(name, dtype, shape);
    for (const [name, tensor] of graph.initializers) builder.initializer(name, tensor);
    for (const node of graph.nodes) builder.append(node);
    for (const { name } of graph.outputs) builder.markOutput(builder.value(name));
    return builder;
  }

  /** Keeps names that are not given from being any of these: names of nodes and values that are still to come. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.reserved.add(name);
  }

  /** Declares a graph input. */
  input(name: string, dtype: DataType, shape: readonly Dim[]): Value {
    const value = this.define({ name, dtype, shape });
    this.inputs.push(value);
    this.taken.add(name);
    return value;
  }

  /** A named constant, for instance a weight. @throws GraphError when the name is in use. */
  initializer(name: string, tensor: Tensor): Value {
    const value = this.define({ name, dtype: tensor.dtype, shape: tensor.shape });
    this.initializers.set(name, tensor);
    this.taken.add(name);
    return value;
  }

  /** An unnamed constant; small ones with the same content are one value. */
  constant(tensor: Tensor): Value {
    const { dtype, shape, data } = tensor;
    const key = data.byteLength <= SHARED_CONSTANT_BYTES ? `${dtype}${formatShape(shape)}${bytesKey(data)}` : undefined;
    const known = key === undefined ? undefined : this.constants.get(key);
    if (known !== undefined) return known;
    const value = this.initializer(this.fresh('constant'), tensor);
    if (key !== undefined) this.constants.set(key, value);
    return value;
  }

  /**
   * Appends an operator call with one output. `name` is the node's and the output's name.
   * @throws NodeError naming the node, the value and the rule that the call breaks
   */
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, Attribute>> = {},
    name?: string,
  ): Value {
    return this.nodes(op, inputs, 1, attributes, name)[0];
  }

  /** Appends an operator call with several outputs; they are named `<name>.0`, `<name>.1`, … */
  nodes(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
    name: string = this.fresh(op),
  ): Value[] {
    const names = inputs.map((value) => (value === undefined ? '' : this.value(value.name).name));
    while (names.at(-1) === '') names.pop();
    return this.append({
      op,
      name,
      inputs: names,
      outputs: outputs === 1 ? [name] : Array.from({ length: outputs }, (_, i) => `${name}.${i}`),
      attributes,
    });
  }

  /**
   * Makes a value a graph output. An Identity carries it when the output's name differs from the value's, or
   * when the value is an input, an initializer or an output already.
   */
  output(value: Value, name?: string): void {
    const own = this.value(value.name);
    const direct = !this.taken.has(own.name) && (name === undefined || name === own.name);
    this.markOutput(direct ? own : this.node('Identity', [own], {}, name));
  }

  /** Any value by name. @throws GraphError when there is none. */
  value(name: string): Value {
    const value = this.values.get(name);
    if (value === undefined) throw new GraphError(`graph "${this.name}": value "${name}" is not defined`);
    return value;
  }

  /** The tensor of a constant or initializer, else undefined. */
  constantOf(value: Value): Tensor | undefined {
    return this.initializers.get(value.name);
  }

  build(): Graph {
    return {
      name: this.name,
      inputs: [...this.inputs],
      outputs: [...this.outputs],
      initializers: new Map(this.initializers),
      nodes: [...this.nodeList],
    };
  }

  /** Appends a node as it is, under its own names. */
  append(node: Node): Value[] {
    if (this.nodeNames.has(node.name))
      throw new GraphError(`graph "${this.name}": node "${node.name}" is defined twice`);
    const types = inferNode(
      node,
      (name) => this.value(name),
      (name) => this.initializers.get(name),
    );
    const values = node.outputs.map((name, i) => {
      // An output that nobody wants has no name, and so cannot be used.
      const value = { name, dtype: types[i].dtype, shape: types[i].shape };
      return name === '' ? value : this.define(value);
    });
    this.nodeNames.add(node.name);
    this.nodeList.push(node);
    return values;
  }

  private markOutput(value: Value): void {
    this.outputs.push(value);
    this.taken.add(value.name);
  }

  private define(value: Value): Value {
    const { name } = value;
    if (name === '') throw new GraphError(`graph "${this.name}": a value must have a name`);
    if (this.values.has(name)) throw new GraphError(`graph "${this.name}": value "${name}" is defined twice`);
    this.values.set(name, value);
    return value;
  }

  private fresh(prefix: string): string {
    let counter = this.counters.get(prefix) ?? 0;
    const inUse = (name: string) => this.values.has(name) || this.nodeNames.has(name) || this.reserved.has(name);
    while (inUse(`${prefix}_${counter}`)) counter += 1;
    this.counters.set(prefix, counter + 1);
    return `${prefix}_${counter}`;
  }
}

/** Content of a tensor as a string; bytes, because -0 and 0 (and NaNs) differ. */
function bytesKey(data: Tensor['data']): string {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join();
}
