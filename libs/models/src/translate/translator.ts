import { BATCH, IMAGES } from '@gradsign/network';
import {
  formatShape,
  GraphBuilder,
  GraphError,
  productOfDims,
  substituteDim,
  type Attribute,
  type Node,
  type Tensor,
  type Value,
} from '@gradsign/onnx';
import { constantOf, evaluate, shapeConstant, tensorOf, type Constant } from '../evaluate';
import { MODEL_LIMITS } from '../limits';
import { ModelError } from '../model-error';
import { upgrade, type UpgradeContext } from './opset';

/** What one operator becomes: the values of its outputs, of which those that nothing reads may be left out. */
export type Translation = (translator: Translator, node: Node) => readonly Value[];

export interface TranslatorOptions {
  /** Channels, height, width of the images. */
  readonly imageShape: readonly [number, number, number];
  readonly opset: number;
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly translations: ReadonlyMap<string, Translation>;
  /** Names that no value of the file may have. */
  readonly taken: readonly string[];
  /** Names that are still to come. */
  readonly reserved: readonly string[];
  /** The batch size that the file has in its shapes, where it has one. */
  readonly fixedBatch?: number;
}

/**
 * Translates the nodes of a file, in order, into operators that graphs here have. What follows from constants and
 * shapes is evaluated instead.
 */
export class Translator implements UpgradeContext {
  readonly builder: GraphBuilder;
  /** The network's input [N, C, H, W]. */
  readonly images: Value;
  readonly opset: number;
  readonly fixedBatch: number | undefined;
  private readonly constants = new Map<string, Constant>();
  private readonly values = new Map<string, Value>();
  private readonly taken: Set<string>;

  constructor(
    name: string,
    private readonly options: TranslatorOptions,
  ) {
    this.builder = new GraphBuilder(name);
    this.opset = options.opset;
    this.fixedBatch = options.fixedBatch;
    this.taken = new Set([...options.taken, ...options.initializers.keys()]);
    this.builder.reserve([...this.taken, ...options.reserved]);
    this.images = this.builder.input(IMAGES, 'float32', [BATCH, ...options.imageShape]);
    for (const [constant, tensor] of options.initializers) {
      const known = constantOf(tensor);
      if (known) this.constants.set(constant, known);
    }
  }

  /** Gives a value to a name of the file. */
  bind(name: string, value: Value): void {
    this.values.set(name, value);
  }

  constant(name: string): Constant | undefined {
    return this.constants.get(name);
  }

  define(constant: Constant): string {
    const name = this.free('constant');
    this.constants.set(name, constant);
    return name;
  }

  /** The value of a name; a constant becomes an initializer. */
  value(name: string): Value {
    const known = this.values.get(name);
    if (known) return known;
    const tensor = this.options.initializers.get(name) ?? this.tensor(name);
    const own = this.options.initializers.has(name) && !this.options.taken.includes(name);
    const value = this.builder.initializer(own ? name : this.free(name), tensor);
    this.values.set(name, value);
    return value;
  }

  /** The value of a node's input, undefined where it is absent. */
  input(node: Node, index: number): Value | undefined {
    const name = node.inputs[index] ?? '';
    return name === '' ? undefined : this.value(name);
  }

  /** @throws ModelError where the input is absent. */
  required(node: Node, index: number): Value {
    return this.input(node, index) ?? fail(node, `input ${index} must not be absent`);
  }

  rankOf(name: string): number {
    return (this.constants.get(name)?.shape ?? this.value(name).shape).length;
  }

  /** Appends the node as it is, or with other attributes, under its own name. */
  pass(
    node: Node,
    attributes: Readonly<Record<string, Attribute>> = node.attributes,
    outputs = node.outputs.length,
  ): Value[] {
    const inputs = node.inputs.map((_, i) => this.input(node, i));
    return this.builder.nodes(node.op, inputs, outputs, attributes, this.nameFor(node));
  }

  /** The node's own name, for the one node that stands for it in the result. */
  nameFor(node: Node): string {
    return this.free(node.name);
  }

  /** @throws ModelError, GraphError naming the node. */
  translate(original: Node): void {
    const node = upgrade(original, this);
    const [first = ''] = node.inputs;
    if ((node.op === 'Shape' || node.op === 'Size') && first !== '') {
      this.constants.set(
        node.outputs[0],
        shapeConstant(node, this.constants.get(first)?.shape ?? this.value(first).shape),
      );
      return;
    }
    const known = node.inputs.map((name) => this.constants.get(name));
    if (node.inputs.every((name, i) => name === '' || known[i])) {
      const results = evaluate(node, known);
      if (results) {
        results.forEach((result, i) => this.constants.set(node.outputs[i], result));
        return;
      }
    }
    const translation = this.options.translations.get(node.op);
    if (!translation)
      throw ModelError.of(node, 'the operator is supported only where its result follows from constants and shapes');
    const results = translation(this, node);
    node.outputs.forEach((name, i) => {
      if (name === '') return;
      if (results[i]) this.bind(name, this.bounded(node, results[i]));
    });
  }

  private bounded(node: Node, value: Value): Value {
    const { elements, rank } = MODEL_LIMITS;
    const size = Number(substituteDim(productOfDims(value.shape), { [BATCH]: 1 }));
    if (value.shape.length > rank)
      throw ModelError.of(node, `has an output of ${value.shape.length} axes, must have at most ${rank}`);
    if (!(size <= elements) || value.shape.some((dim) => Number(dim) < 0)) {
      throw ModelError.of(
        node,
        `has an output ${formatShape(value.shape)}, must have at most ${elements} elements an image, and sizes of at least 0`,
      );
    }
    return value;
  }

  private tensor(name: string): Tensor {
    const constant = this.constants.get(name);
    if (!constant) throw new GraphError(`value "${name}" is an output that this operator does not have here`);
    const tensor = tensorOf(constant);
    if (!tensor) throw new ModelError(`value "${name}" depends on the batch size in a way that is not supported`);
    return tensor;
  }

  private free(name: string): string {
    let own = name;
    while (this.taken.has(own)) own += '_';
    this.taken.add(own);
    this.builder.reserve([own]);
    return own;
  }
}

function fail(node: Node, rule: string): never {
  throw ModelError.of(node, rule);
}
