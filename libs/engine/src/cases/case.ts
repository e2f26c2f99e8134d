import { GraphBuilder, sizeOf, tensor, type Attribute, type Graph, type Tensor, type Value } from '@gradsign/onnx';

/** One graph with feeds, for every engine to run. */
export interface ConformanceCase {
  readonly name: string;
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** mulberry32: uniform numbers in [0, 1) from a 32-bit state. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Seed from a case's name, so that no case's values depend on the other cases. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}

/** Range that a case's random values are drawn from. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
}

/** Builds a case: a graph builder that also makes up the feeds. */
export class CaseBuilder {
  readonly graph: GraphBuilder;
  private readonly feeds: Record<string, Tensor> = {};
  private readonly random: () => number;

  constructor(readonly name: string) {
    this.graph = new GraphBuilder(name);
    this.random = uniform(seedOf(name));
  }

  /** Uniform values in [from, to), by default [-2, 2). */
  values(shape: readonly number[], { from = -2, to = 2 }: Range = {}): Tensor<'float32'> {
    return tensor(
      'float32',
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => from + (to - from) * this.random()),
    );
  }

  /** A graph input with the feed for it. */
  feed(value: Tensor, name = `x${Object.keys(this.feeds).length}`): Value {
    this.feeds[name] = value;
    return this.graph.input(name, value.dtype, value.shape);
  }

  /** A graph input of random float32 values. */
  input(shape: readonly number[], range?: Range): Value {
    return this.feed(this.values(shape, range));
  }

  constant(value: Tensor): Value {
    return this.graph.constant(value);
  }

  /** A constant of random values: engines may lay out constants differently from inputs. */
  weight(shape: readonly number[], range?: Range): Value {
    return this.constant(this.values(shape, range));
  }

  node(op: string, inputs: readonly (Value | undefined)[], attributes?: Record<string, Attribute>): Value {
    return this.graph.node(op, inputs, attributes);
  }

  /** The case whose outputs are these values. */
  outputs(...values: Value[]): ConformanceCase {
    for (const value of values) this.graph.output(value);
    return { name: this.name, graph: this.graph.build(), feeds: this.feeds };
  }
}

/** A case written as a function from its builder to its outputs. */
export function define(name: string, build: (c: CaseBuilder) => Value | readonly Value[]): ConformanceCase {
  const builder = new CaseBuilder(name);
  const result = build(builder);
  return builder.outputs(...('dtype' in result ? [result] : result));
}
