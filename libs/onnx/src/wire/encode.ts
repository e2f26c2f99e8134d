import { dataTypeCodes } from '../data-type';
import { GraphProto, ModelProto, NodeProto, ValueInfoProto } from '../gen/onnx/onnx';
import { OPSET, type Graph, type Node, type ValueInfo } from '../graph';
import { checkNode, schemaOf } from '../inference';
import { encodeAttribute } from './attribute-proto';
import { field, join, type Parts } from './parts';
import { tensorParts } from './tensor-proto';

/** Version of the ONNX file format that models are written in (2021, the first with operator set 15 to 17). */
const IR_VERSION = 8n;

/** Numbers of ModelProto's and GraphProto's fields. */
const GRAPH = 7;
const INITIALIZER = 5;

export interface EncodeOptions {
  /** Name of the program that made the model. */
  readonly producer: string;
  /** Free key-value pairs, kept in the model's `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A graph as the bytes of an `.onnx` file.
 * @throws NodeError for a node whose operator or attributes break its schema
 */
export function encodeModel(graph: Graph, { producer, metadata = {} }: EncodeOptions): Uint8Array {
  const model = ModelProto.fromPartial({
    irVersion: IR_VERSION,
    producerName: producer,
    opsetImport: [{ domain: '', version: BigInt(OPSET) }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return join([ModelProto.encode(model).finish(), ...field(GRAPH, encodeGraph(graph))]);
}

function encodeGraph(graph: Graph): Parts {
  const message = GraphProto.fromPartial({ name: graph.name });
  message.input = graph.inputs.map(encodeValue);
  message.output = graph.outputs.map(encodeValue);
  message.node = graph.nodes.map(encodeNode);
  const initializers = [...graph.initializers].flatMap(([name, tensor]) =>
    field(INITIALIZER, tensorParts(name, tensor)),
  );
  return [GraphProto.encode(message).finish(), ...initializers];
}

function encodeNode(node: Node): NodeProto {
  checkNode(node);
  const kinds = schemaOf(node).attributes;
  const message = NodeProto.fromPartial({ opType: node.op, name: node.name });
  message.input = [...node.inputs];
  message.output = [...node.outputs];
  message.attribute = Object.entries(node.attributes).map(([name, value]) =>
    encodeAttribute(name, kinds[name].kind, value),
  );
  return message;
}

function encodeValue({ name, dtype, shape }: ValueInfo): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? ({ $case: 'dimValue', value: BigInt(size) } as const)
        : ({ $case: 'dimParam', value: size } as const),
  }));
  return ValueInfoProto.fromPartial({
    name,
    type: { value: { $case: 'tensorType', value: { elemType: dataTypeCodes[dtype], shape: { dim } } } },
  });
}
