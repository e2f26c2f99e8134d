import * as fc from 'fast-check';
import {
  GraphBuilder,
  GraphError,
  decodeForeignModel,
  decodeModel,
  modelMetadata,
  encodeModel,
  float32,
  int64,
  tensor,
  zeros,
  type Graph,
  type Tensor,
} from '..';
import { AttributeProto_AttributeType, ModelProto, TensorProto_DataLocation } from '../gen/onnx/onnx';

const options = { producer: 'gradsign' };

function smallGraph(): Graph {
  const b = new GraphBuilder('small');
  const x = b.input('x', 'float32', ['N', 3, 8, 8]);
  const w = b.initializer(
    'w',
    float32(
      Array.from({ length: 54 }, (_, i) => i / 7),
      [2, 3, 3, 3],
    ),
  );
  const y = b.node('Conv', [x, w], { pads: [1, 1, 1, 1] });
  const clipped = b.node('Clip', [y, undefined, b.constant(float32([6], []))]);
  const [part] = b.nodes('Split', [clipped], 2, { axis: 1 });
  b.output(b.node('HardSigmoid', [part], { alpha: 0.5, beta: 0 }), 'y');
  b.output(b.node('ConstantOfShape', [b.constant(int64([2]))], { value: tensor('int64', [1], BigInt64Array.of(-7n)) }));
  return b.build();
}

/** A message of the small graph for tests that break it. */
function message(change: (model: ModelProto & { graph: NonNullable<ModelProto['graph']> }) => void): Uint8Array {
  const model = ModelProto.decode(encodeModel(smallGraph(), options)) as Parameters<typeof change>[0];
  change(model);
  return ModelProto.encode(model).finish();
}

const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom('float32', 'float64', 'int64', 'int32', 'uint8', 'bool'),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
  )
  .map(([dtype, shape, bytes]) => {
    const result = zeros(dtype as Tensor['dtype'], shape);
    const view = new Uint8Array(result.data.buffer);
    for (let i = 0; i < view.length; i += 1) view[i] = dtype === 'bool' ? bytes.next().value % 2 : bytes.next().value;
    return result;
  });

const bytesOf = ({ dtype, shape, data }: Tensor) => [
  dtype,
  [...shape],
  [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
];

describe('the ONNX file format', () => {
  it('gives a graph back as it was', () => {
    const graph = smallGraph();
    expect(decodeModel(encodeModel(graph, options))).toEqual(graph);
  });

  it('gives every tensor back bit by bit', () => {
    fc.assert(
      fc.property(fc.array(anyTensor, { minLength: 1, maxLength: 4 }), (tensors) => {
        const b = new GraphBuilder('tensors');
        tensors.forEach((t, i) => b.output(b.initializer(`t${i}`, t), `out${i}`));
        const read = decodeModel(encodeModel(b.build(), options));
        expect([...read.initializers.values()].map(bytesOf)).toEqual(tensors.map(bytesOf));
        expect(read.outputs).toEqual(b.build().outputs);
      }),
    );
  });

  it('gives random networks of element-wise operators back as they were', () => {
    const step = fc.tuple(fc.constantFrom('Relu', 'Add', 'Mul', 'Concat', 'Softmax'), fc.nat(), fc.nat());
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const b = new GraphBuilder('random');
        const values = [b.input('x', 'float32', ['N', 4]), b.input('y', 'float32', ['N', 4])];
        for (const [op, i, j] of steps) {
          const [left, right] = [values[i % values.length], values[j % values.length]];
          if (op === 'Relu') values.push(b.node(op, [left]));
          else if (op === 'Softmax') values.push(b.node(op, [left], { axis: (j % 2) - 1 }));
          else if (op === 'Concat') b.output(b.node(op, [left, right], { axis: j % 2 }));
          else values.push(b.node(op, [left, right]));
        }
        b.output(values[values.length - 1], 'last');
        expect(decodeModel(encodeModel(b.build(), options))).toEqual(b.build());
      }),
    );
  });

  it('writes a default that is given explicitly (onnx.checker wants the field present)', () => {
    const [, , , hardSigmoid] = ModelProto.decode(encodeModel(smallGraph(), options)).graph!.node;
    expect(hardSigmoid.attribute[1]).toMatchObject({ name: 'beta', type: AttributeProto_AttributeType.FLOAT, f: 0 });
  });

  it('keeps producer, versions and metadata', () => {
    const bytes = encodeModel(smallGraph(), { producer: 'p', metadata: { seed: '42' } });
    expect(modelMetadata(bytes)).toEqual({ seed: '42' });
    const model = ModelProto.decode(bytes);
    expect(model).toMatchObject({ irVersion: 8n, producerName: 'p', metadataProps: [{ key: 'seed', value: '42' }] });
    expect(model.opsetImport).toEqual([{ domain: '', version: 17n }]);
  });

  it('reads typed data fields', () => {
    const bytes = message(({ graph }) => {
      const [w, six, two] = graph.initializer;
      w.rawData = undefined;
      w.floatData = Array.from({ length: 54 }, (_, i) => i);
      six.rawData = undefined;
      six.floatData = [6];
      two.rawData = undefined;
      two.int64Data = [2n];
    });
    const { initializers } = decodeModel(bytes);
    expect(initializers.get('w')!.data[53]).toBe(53);
    expect(initializers.get('constant_1')!.data).toEqual(BigInt64Array.of(2n));
  });

  it('reads Constant nodes, old-style initializer inputs, unnamed nodes, dimensions and output shapes', () => {
    const bytes = message(({ graph }) => {
      const [w] = graph.initializer.splice(0, 1);
      const constant = {
        ...structuredClone(graph.node[0]),
        opType: 'Constant',
        input: [],
        output: ['w'],
        attribute: [],
      };
      const value = {
        ...structuredClone(graph.node[0].attribute[0]),
        name: 'value',
        type: AttributeProto_AttributeType.TENSOR,
        t: w,
        ints: [],
      };
      graph.node.unshift({ ...constant, attribute: [value] });
      for (const node of graph.node) node.name = undefined;
      const six = structuredClone(graph.output[1]);
      six.name = 'constant_0';
      graph.input.push(six);
      const type = graph.input[0].type!.value;
      if (type?.$case === 'tensorType') type.value.shape!.dim[0].value = undefined;
      graph.output[0].type = undefined;
    });
    const graph = decodeModel(bytes);
    expect(graph.inputs.map(({ name, shape }) => [name, shape])).toEqual([['x', ['x.0', 3, 8, 8]]]);
    expect(graph.outputs[0].shape).toEqual(['x.0', 1, 8, 8]);
    expect(new Set(graph.nodes.map((n) => n.name)).size).toBe(6);
    expect(graph.initializers.get('w')!.shape).toEqual([2, 3, 3, 3]);
  });

  const broken: [string, (model: Parameters<Parameters<typeof message>[0]>[0]) => void, string][] = [
    ['no graph', (m) => delete (m as ModelProto).graph, 'they have no graph'],
    [
      'external data',
      ({ graph }) => (graph.initializer[0].dataLocation = TensorProto_DataLocation.EXTERNAL),
      'initializer "w" must not keep its data in another file',
    ],
    [
      'a float16 weight',
      ({ graph }) => (graph.initializer[0].dataType = 10),
      'initializer "w" has data_type 10, must be one of 1 (float32)',
    ],
    ['too little data', ({ graph }) => (graph.initializer[0].dims[0] = 1n << 40n), 'must have 29686813949952 elements'],
    ['negative dims', ({ graph }) => (graph.initializer[0].dims[0] = -2n), 'must not be negative'],
    ['a nameless weight', ({ graph }) => (graph.initializer[0].name = ''), 'initializer 0 must have a name'],
    [
      'a foreign domain',
      ({ graph }) => (graph.node[0].domain = 'com.microsoft'),
      'the operator domain "com.microsoft" must be',
    ],
    [
      'an unknown operator',
      ({ graph }) => (graph.node[0].opType = 'Foo'),
      'node "Conv_0" (Foo): the operator is unknown',
    ],
    ['a new operator set', (m) => (m.opsetImport[0].version = 22n), 'uses operator set 22, must use 13 to 17'],
    ['no operator set', (m) => (m.opsetImport = []), 'must import the default operator set'],
    [
      'an undefined value',
      ({ graph }) => (graph.node[0].input[0] = 'q'),
      'node "Conv_0" (Conv): value "q" is not defined',
    ],
    ['a wrong order', ({ graph }) => graph.node.reverse(), 'is used before the node that defines it'],
    ['an undefined output', ({ graph }) => (graph.output[0].name = 'q'), 'output "q" is not defined'],
    [
      'an attribute of a wrong kind',
      ({ graph }) => (graph.node[0].attribute[0].type = AttributeProto_AttributeType.STRING),
      'attribute "pads"',
    ],
    [
      'a subgraph',
      ({ graph }) => (graph.node[0].attribute[0].type = AttributeProto_AttributeType.GRAPH),
      'is of type 5, must be',
    ],
  ];
  it.each(broken)('refuses %s', (_, change, rule) => {
    const bytes = message(change);
    expect(() => decodeModel(bytes)).toThrow(GraphError);
    expect(() => decodeModel(bytes)).toThrow(rule);
  });

  it('refuses more than 2 GiB', () => {
    expect(() => decodeModel({ byteLength: 2 ** 31 } as Uint8Array)).toThrow('must have at most 2147483647');
  });

  it('meets truncated and altered files with a GraphError, if any', () => {
    const good = encodeModel(smallGraph(), options);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(good.length), fc.nat(255), (at, end, byte) => {
        const bytes = good.slice(0, end);
        bytes[at] = byte;
        try {
          decodeModel(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphError);
        }
      }),
      { numRuns: 2000 },
    );
    expect(() => decodeModel(good.slice(0, 100))).toThrow('the bytes are not an ONNX model: ');
  });
});

describe('decodeForeignModel', () => {
  const isKnown = (op: string) => op !== 'Conv' && op !== 'Clip';

  it('reads models of any operator set in a range, with operators that have no schema', () => {
    const bytes = message(({ opsetImport, graph }) => {
      opsetImport[0].version = 9n;
      graph.node[0].opType = 'Mish';
      graph.node.reverse();
    });
    const { opset, graph, outputs } = decodeForeignModel(bytes, { opsets: [9, 23], isKnown: () => true });
    expect(opset).toBe(9);
    expect(graph.nodes.at(-1)).toMatchObject({ op: 'Mish', attributes: { pads: [1, 1, 1, 1] } });
    expect(outputs).toEqual(['y', 'ConstantOfShape_0']);
    expect(() => decodeForeignModel(bytes, { opsets: [11, 23], isKnown })).toThrow('set 9, must use 11 to 23');
  });

  it('lists all operators that are not known, with their nodes', () => {
    const bytes = message(({ graph }) => {
      graph.node.push(...Array.from({ length: 6 }, (_, i) => ({ ...graph.node[0], name: `more ${i}` })));
      graph.node.push({ ...graph.node[0], opType: 'Gelu', domain: 'com.microsoft', name: 'fused' });
    });
    expect(() => decodeForeignModel(bytes, { opsets: [13, 17], isKnown })).toThrow(
      'operators that are not supported, with their nodes: ' +
        'Conv ("Conv_0", "more 0", "more 1", "more 2", "more 3" and 2 more); Clip ("Clip_0"); ' +
        'com.microsoft.Gelu ("fused")',
    );
  });
});
