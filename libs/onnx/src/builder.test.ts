import { GraphBuilder, GraphError, NodeError, float32, int64, tensor, zeros, type Dim } from '.';

const build = () => new GraphBuilder('test');

describe('GraphBuilder', () => {
  it('names values by operator and counter, the same every time', () => {
    const make = () => {
      const b = build();
      const x = b.input('x', 'float32', ['N', 4]);
      const y = b.node('Relu', [b.node('Relu', [x])]);
      b.output(b.node('Add', [y, b.constant(float32([1], []))]), 'out');
      return b.build();
    };
    expect(make()).toEqual(make());
    expect(make().nodes.map((n) => n.name)).toEqual(['Relu_0', 'Relu_1', 'Add_0', 'out']);
    expect(make().outputs).toEqual([{ name: 'out', dtype: 'float32', shape: ['N', 4] }]);
  });

  it('skips names that a user took', () => {
    const b = build();
    const x = b.input('Relu_0', 'float32', [1]);
    expect(b.node('Relu', [x]).name).toBe('Relu_1');
  });

  it('skips names that are reserved for nodes to come', () => {
    const b = build();
    const x = b.input('x', 'float32', [1]);
    b.reserve(['Relu_0', 'Relu_1']);
    expect(b.node('Relu', [x]).name).toBe('Relu_2');
    expect(b.node('Relu', [x], {}, 'Relu_0').name).toBe('Relu_0');
  });

  it('refuses a name used twice and a value of another graph', () => {
    const b = build();
    b.initializer('w', float32([1]));
    expect(() => b.initializer('w', float32([1]))).toThrow('value "w" is defined twice');
    const other = build().input('x', 'float32', [1]);
    expect(() => b.node('Relu', [other])).toThrow('value "x" is not defined');
  });

  it('shares small constants by content and type, telling -0 from 0', () => {
    const b = build();
    const zero = b.constant(float32([0]));
    expect(b.constant(float32([0]))).toBe(zero);
    expect(b.constant(float32([-0]))).not.toBe(zero);
    expect(b.constant(float32([0], []))).not.toBe(zero);
    expect(b.constant(tensor('int32', [1], Int32Array.of(0)))).not.toBe(zero);
    const large = zeros('float32', [1000]);
    expect(b.constant(large)).not.toBe(b.constant(large));
  });

  it('makes an Identity for an output that has no name of its own to give', () => {
    const b = build();
    const x = b.input('x', 'float32', [2]);
    const y = b.node('Relu', [x], {}, 'y');
    b.output(y);
    b.output(y);
    b.output(x);
    b.output(y, 'z');
    const graph = b.build();
    expect(graph.nodes.map((n) => n.op)).toEqual(['Relu', 'Identity', 'Identity', 'Identity']);
    expect(graph.outputs.map((o) => o.name)).toEqual(['y', 'Identity_0', 'Identity_1', 'z']);
  });

  it('continues a graph', () => {
    const b = build();
    const x = b.input('x', 'float32', ['N', 3]);
    b.output(b.node('MatMul', [x, b.initializer('w', zeros('float32', [3, 5]))], {}, 'y'));
    const more = GraphBuilder.from(b.build());
    expect(more.value('y').shape).toEqual(['N', 5]);
    more.output(more.node('Relu', [more.value('y')]));
    expect(more.build().outputs.map((o) => o.name)).toEqual(['y', 'Relu_0']);
    expect(more.build().initializers.has('w')).toBe(true);
  });

  it('gives a node several outputs, and drops absent trailing inputs', () => {
    const b = build();
    const x = b.input('x', 'float32', [2, 3, 4]);
    const ones = b.constant(float32([1, 1, 1, 1]));
    const [y, mean] = b.nodes('LayerNormalization', [x, ones, undefined], 3, {}, 'ln');
    expect([y.name, mean.name, mean.shape]).toEqual(['ln.0', 'ln.1', [2, 3, 1]]);
    expect(b.build().nodes[0].inputs).toEqual(['x', 'constant_0']);
  });

  it('names node, operator, value and rule when it refuses', () => {
    const b = build();
    const x = b.input('x', 'float32', ['N', 3, 8, 8]);
    const w = b.input('w', 'float32', [4, 2, 3, 3]);
    expect(() => b.node('Conv', [x, w], {}, 'stem')).toThrow(NodeError);
    expect(() => b.node('Conv', [x, w], {}, 'stem')).toThrow(
      'node "stem" (Conv): value "w" (float32[4,2,3,3]) must have 3 input channels / group 1 on axis 1',
    );
    expect(() => b.node('Foo', [x])).toThrow('node "Foo_0" (Foo): the operator is unknown');
    expect(() => b.node('Relu', [x, x])).toThrow('has 2 inputs, must have 1');
    expect(() => b.node('Softmax', [x], { axes: 1 })).toThrow('attribute "axes" is unknown: Softmax has axis');
    expect(() => b.node('Softmax', [x], { axis: 1.5 })).toThrow('attribute "axis" = 1.5 must be of kind int');
    expect(() => b.node('Concat', [x, x])).toThrow('attribute "axis" is required');
    expect(() => b.value('nothing')).toThrow(GraphError);
  });
});

describe('shape inference', () => {
  type Case = [op: string, shapes: Dim[][], attributes: Record<string, number | string | number[]>, out: Dim[]];
  const cases: Case[] = [
    [
      'Conv',
      [
        ['N', 3, 32, 32],
        [16, 3, 3, 3],
      ],
      { pads: [1, 1, 1, 1] },
      ['N', 16, 32, 32],
    ],
    ['Conv', [[2, 6, 9, 7], [4, 3, 3, 3], [4]], { group: 2, strides: [2, 1], dilations: [2, 1] }, [2, 4, 3, 5]],
    [
      'Conv',
      [
        [1, 2, 9],
        [4, 2, 2],
      ],
      { pads: [1, 0] },
      [1, 4, 9],
    ],
    [
      'ConvTranspose',
      [
        [2, 4, 5, 5],
        [4, 3, 3, 3],
      ],
      { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] },
      [2, 3, 10, 9],
    ],
    [
      'ConvTranspose',
      [
        [2, 4, 5, 5],
        [4, 3, 3, 3],
      ],
      { group: 2, dilations: [2, 2] },
      [2, 6, 9, 9],
    ],
    ['AveragePool', [['N', 4, 7, 7]], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, ['N', 4, 4, 4]],
    ['GlobalAveragePool', [['N', 4, 7, 7]], {}, ['N', 4, 1, 1]],
    [
      'MatMul',
      [
        ['N', 2, 3],
        [3, 5],
      ],
      {},
      ['N', 2, 5],
    ],
    ['MatMul', [[3], [3, 5]], {}, [5]],
    ['MatMul', [[7, 2, 3], [3]], {}, [7, 2]],
    ['Gemm', [[3, 'N'], [5, 3], [5]], { transA: 1, transB: 1 }, ['N', 5]],
    [
      'Add',
      [
        ['N', 1, 3],
        [4, 1],
      ],
      {},
      ['N', 4, 3],
    ],
    ['Flatten', [['N', 3, 4]], {}, ['N', 12]],
    ['Flatten', [['N', 3, 4]], { axis: 2 }, ['3*N', 4]],
    ['Flatten', [[2, 3]], { axis: 0 }, [1, 6]],
    ['Transpose', [[1, 'N', 3]], {}, [3, 'N', 1]],
    [
      'Concat',
      [
        ['N', 3],
        ['N', 3],
      ],
      { axis: 0 },
      ['2*N', 3],
    ],
    [
      'Concat',
      [
        ['N', 3],
        ['N', 5],
      ],
      { axis: -1 },
      ['N', 8],
    ],
    ['ReduceMean', [['N', 3, 4]], { axes: [-1, 0], keepdims: 0 }, [3]],
    ['ReduceMax', [['N', 3, 4]], {}, [1, 1, 1]],
  ];
  it.each(cases)('%s %j %j -> %j', (op, shapes, attributes, out) => {
    const b = build();
    const inputs = shapes.map((shape, i) => b.input(`x${i}`, 'float32', shape));
    expect(b.node(op, inputs, attributes).shape).toEqual(out);
  });

  const withConstants: [op: string, shape: Dim[], constants: number[][], out: Dim[]][] = [
    ['Reshape', ['N', 3, 4], [[0, -1]], ['N', 12]],
    ['Reshape', ['N', 3, 4], [[-1, 4]], ['3*N', 4]],
    ['Reshape', ['N', 3, 4], [[1, -1, 2, 2]], [1, '3*N', 2, 2]],
    ['Unsqueeze', ['N', 4], [[0, -1]], [1, 'N', 4, 1]],
    ['Squeeze', [1, 'N', 1], [[0]], ['N', 1]],
    ['Slice', [10, 5], [[-1], [-100], [0], [-3]], [4, 5]],
    [
      'Slice',
      [10, 5],
      [
        [1, 2],
        [9, 100],
        [0, 1],
        [2, 1],
      ],
      [4, 3],
    ],
    ['Slice', [10], [[8], [2]], [0]],
    [
      'Slice',
      ['N', 5],
      [
        [0, 1],
        [2 ** 31 - 1, 3],
      ],
      ['N', 2],
    ],
    ['Pad', ['N', 5], [[0, 1, 0, -2]], ['N', 4]],
    ['Expand', ['N', 1], [[3, 1, 4]], [3, 'N', 4]],
    ['Tile', ['N', 2], [[2, 3]], ['2*N', 6]],
    ['ReduceSum', ['N', 2, 3], [[0, 2]], [1, 2, 1]],
  ];
  it.each(withConstants)('%s %j %j -> %j', (op, shape, constants, out) => {
    const b = build();
    const inputs = [b.input('x', 'float32', shape), ...constants.map((c) => b.constant(int64(c)))];
    expect(b.node(op, inputs).shape).toEqual(out);
  });

  it('wants running statistics of a BatchNormalization in training mode, and only there', () => {
    const b = build();
    const x = b.input('x', 'float32', ['N', 3, 2, 2]);
    const inputs = [x, ...[1, 0, 0, 1].map((v) => b.constant(float32([v, v, v])))];
    const shapes = b.nodes('BatchNormalization', inputs, 3, { training_mode: 1 }).map(({ shape }) => shape);
    expect(shapes).toEqual([['N', 3, 2, 2], [3], [3]]);
    expect(b.node('BatchNormalization', inputs).shape).toEqual(x.shape);
    expect(() => b.node('BatchNormalization', inputs, { training_mode: 1 })).toThrow('must have 3 outputs');
    expect(() => b.nodes('BatchNormalization', inputs, 3)).toThrow('must have 1 outputs with training_mode = 0');
  });

  it('splits, gathers, encodes and fills', () => {
    const b = build();
    const x = b.input('x', 'float32', ['N', 7]);
    const labels = b.input('labels', 'int64', ['N']);
    const parts = b.nodes('Split', [x, b.constant(int64([3, 4]))], 2, { axis: 1 });
    expect(parts.map((p) => p.shape)).toEqual([
      ['N', 3],
      ['N', 4],
    ]);
    expect(b.node('Gather', [x, labels], { axis: 1 }).shape).toEqual(['N', 'N']);
    const values = b.constant(float32([0, 1]));
    expect(b.node('OneHot', [labels, b.constant(int64([10], [])), values])).toMatchObject({
      dtype: 'float32',
      shape: ['N', 10],
    });
    expect(b.node('ConstantOfShape', [b.constant(int64([2, 3]))])).toMatchObject({ dtype: 'float32', shape: [2, 3] });
    expect(b.node('Shape', [x], { start: -1 })).toMatchObject({ dtype: 'int64', shape: [1] });
    expect(b.node('Cast', [labels], { to: 1 }).dtype).toBe('float32');
    expect(() => b.node('Reshape', [x, labels])).toThrow('value "labels" (int64[N]) must be a constant');
    expect(() => b.node('Reshape', [x, b.constant(int64([5, -1]))])).toThrow(
      'cannot be reshaped to [5,-1]: 7*N elements',
    );
  });
});
