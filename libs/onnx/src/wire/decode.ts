import { GraphBuilder } from '../builder';
import { checkGraph } from '../check';
import { dataTypeOf } from '../data-type';
import { ModelProto, type GraphProto, type NodeProto, type ValueInfoProto } from '../gen/onnx/onnx';
import { OPSET, type Attribute, type Dim, type Graph, type Node, type ValueInfo } from '../graph';
import { GraphError } from '../graph-error';
import type { Tensor } from '../tensor';
import { decodeAttribute } from './attribute-proto';
import { constantValue } from './constant-node';
import { decodeTensor } from './tensor-proto';

/** Largest model that is read: the limit of the protobuf format itself. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** Oldest operator set whose operators, as far as they are known here, mean what they mean in `OPSET`. */
const OLDEST_OPSET = 13;

/**
 * Reads the bytes of an `.onnx` file. Constant nodes become initializers, unnamed nodes get names, unnamed
 * dimensions get symbols (`images.0`). The result has passed `checkGraph`.
 * @throws GraphError with one sentence for anything that is not a self-contained model of known operators
 */
export function decodeModel(bytes: Uint8Array): Graph {
  const { graph: message } = parse(bytes, [OLDEST_OPSET, OPSET]);
  const graph = decodeGraph(message);
  const whole = { ...graph, outputs: decodeOutputs(message.output, graph) };
  checkGraph(whole);
  return whole;
}

/** The key-value pairs that an `.onnx` file carries beside its graph. @throws GraphError for bytes that are not a model. */
export function modelMetadata(bytes: Uint8Array): Record<string, string> {
  return Object.fromEntries(parseMessage(bytes).metadataProps.map(({ key = '', value = '' }) => [key, value]));
}

/** A file's graph as it is: of any operator set and with any operators, in any order. */
export interface ForeignModel {
  readonly opset: number;
  readonly graph: Omit<Graph, 'outputs'>;
  /** Names of the graph's outputs. */
  readonly outputs: readonly string[];
}

export interface ForeignModelOptions {
  /** Oldest and newest operator set that is read. */
  readonly opsets: readonly [number, number];
  /** Whether an operator of ONNX's default domain is one that the caller can do something with. */
  readonly isKnown: (op: string) => boolean;
}

/**
 * Reads the bytes of an `.onnx` file of another producer, for a caller who translates its operators. Names are given
 * and Constant nodes become initializers as in `decodeModel`; nothing else is checked.
 * @throws GraphError with one sentence; the one about operators lists all those that are not known, with their nodes
 */
export function decodeForeignModel(bytes: Uint8Array, { opsets, isKnown }: ForeignModelOptions): ForeignModel {
  const { graph, opset } = parse(bytes, opsets);
  checkOperators(graph.node, isKnown);
  const outputs = graph.output.map(({ name }, i) => named(name, `output ${i}`));
  return { opset, graph: decodeGraph(graph), outputs };
}

function parse(bytes: Uint8Array, opsets: readonly [number, number]): { graph: GraphProto; opset: number } {
  if (bytes.byteLength > MAX_MODEL_BYTES) {
    throw new GraphError(`the model has ${bytes.byteLength} bytes, must have at most ${MAX_MODEL_BYTES}`);
  }
  const model = parseMessage(bytes);
  if (model.graph === undefined) throw new GraphError('the bytes are not an ONNX model: they have no graph');
  return { graph: model.graph, opset: checkOpset(model, opsets) };
}

function parseMessage(bytes: Uint8Array): ModelProto {
  try {
    return ModelProto.decode(bytes);
  } catch (error) {
    throw new GraphError(`the bytes are not an ONNX model: ${(error as Error).message}`, { cause: error });
  }
}

const isDefault = (domain: string | undefined) => domain === undefined || domain === '' || domain === 'ai.onnx';

function checkOpset(model: ModelProto, [oldest, newest]: readonly [number, number]): number {
  const version = model.opsetImport.find(({ domain }) => isDefault(domain))?.version;
  if (version === undefined) throw new GraphError('the model must import the default operator set');
  if (version < oldest || version > newest) {
    throw new GraphError(`the model uses operator set ${version}, must use ${oldest} to ${newest}: export it again`);
  }
  if (model.functions.length > 0) throw new GraphError('the model must not define functions of its own');
  return Number(version);
}

/** How many nodes of an operator that is not known are named. */
const NODES_NAMED = 5;

function checkOperators(nodes: readonly NodeProto[], isKnown: (op: string) => boolean): void {
  const names = uniqueNames(nodes);
  const unknown = new Map<string, string[]>();
  nodes.forEach(({ opType = '', domain }, i) => {
    if (isDefault(domain) && (opType === 'Constant' || isKnown(opType))) return;
    const op = isDefault(domain) ? opType : `${domain}.${opType}`;
    const of = unknown.get(op) ?? [];
    of.push(names[i]);
    unknown.set(op, of);
  });
  if (unknown.size === 0) return;
  const list = [...unknown].map(([op, of]) => {
    const more = of.length > NODES_NAMED ? ` and ${of.length - NODES_NAMED} more` : '';
    return `${op} (${of
      .slice(0, NODES_NAMED)
      .map((name) => `"${name}"`)
      .join(', ')}${more})`;
  });
  throw new GraphError(`operators that are not supported, with their nodes: ${list.join('; ')}`);
}

function decodeGraph(message: GraphProto): Omit<Graph, 'outputs'> {
  if (message.sparseInitializer.length > 0) throw new GraphError('the model must not have sparse initializers');
  const initializers = new Map<string, Tensor>();
  const define = (name: string, tensor: Tensor) => {
    if (initializers.has(name)) throw new GraphError(`initializer "${name}" is defined twice`);
    initializers.set(name, tensor);
  };
  message.initializer.forEach((tensor, i) => {
    const name = named(tensor.name, `initializer ${i}`);
    define(name, decodeTensor(tensor, `initializer "${name}"`));
  });
  const nodes: Node[] = [];
  const names = uniqueNames(message.node);
  message.node.forEach((node, i) => {
    const decoded = decodeNode(node, names[i]);
    if (decoded.op === 'Constant') define(decoded.outputs[0], constantValue(decoded));
    else nodes.push(decoded);
  });
  const inputs = message.input
    // Files of the format's first versions list the initializers among the inputs.
    .filter(({ name }) => name === undefined || !initializers.has(name))
    .map((value, i) => decodeValue(value, `input ${i}`));
  return { name: message.name ?? '', inputs, initializers, nodes };
}

function decodeOutputs(messages: readonly ValueInfoProto[], graph: Omit<Graph, 'outputs'>): ValueInfo[] {
  let inferred: GraphBuilder | undefined;
  return messages.map((message, i) => {
    const name = named(message.name, `output ${i}`);
    if (shapeOf(message) !== undefined) return decodeValue(message, `output ${i}`);
    inferred ??= GraphBuilder.from({ ...graph, outputs: [] });
    return inferred.value(name);
  });
}

function decodeNode(message: NodeProto, name: string): Node {
  const op = named(message.opType, `the operator of node "${name}"`);
  if (!isDefault(message.domain)) {
    throw new GraphError(`node "${name}" (${op}): the operator domain "${message.domain}" must be ONNX's default`);
  }
  const attributes: Record<string, Attribute> = {};
  for (const attribute of message.attribute) {
    const key = named(attribute.name, `an attribute of node "${name}"`);
    attributes[key] = decodeAttribute(attribute, `node "${name}" (${op}): attribute "${key}"`);
  }
  return { op, name, inputs: message.input, outputs: message.output, attributes };
}

function decodeValue(message: ValueInfoProto, what: string): ValueInfo {
  const name = named(message.name, what);
  const type = message.type?.value;
  const dtype = type?.$case === 'tensorType' ? dataTypeOf(type.value.elemType ?? 0) : undefined;
  const dims = shapeOf(message);
  if (dtype === undefined || dims === undefined) {
    throw new GraphError(`${what} "${name}" must be a tensor of a known element type, with a shape`);
  }
  return { name, dtype, shape: dims.map((dim, axis) => dim ?? `${name}.${axis}`) };
}

/** Dimensions as declared, undefined where the file says nothing. */
function shapeOf(message: ValueInfoProto): (Dim | undefined)[] | undefined {
  const type = message.type?.value;
  if (type?.$case !== 'tensorType') return undefined;
  return type.value.shape?.dim.map(({ value }) => {
    if (value === undefined || value.value === '') return undefined;
    return value.$case === 'dimValue' ? Number(value.value) : value.value;
  });
}

/** Node names, invented where a file has none or has one twice (ONNX allows both). */
function uniqueNames(nodes: readonly NodeProto[]): string[] {
  const taken = new Set(nodes.map(({ name }) => name ?? ''));
  const used = new Set<string>();
  return nodes.map(({ name, opType }, i) => {
    let unique = name ?? '';
    if (unique === '' || used.has(unique)) {
      unique = `${opType}_${i}`;
      while (taken.has(unique) || used.has(unique)) unique += '_';
    }
    used.add(unique);
    return unique;
  });
}

function named(name: string | undefined, what: string): string {
  if (name === undefined || name === '') throw new GraphError(`${what} must have a name`);
  return name;
}
