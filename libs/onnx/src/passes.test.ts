import { GraphBuilder, GraphError, checkGraph, float32, removeDeadNodes, specialize, zeros, type Graph } from '.';

function graph(): Graph {
  const b = new GraphBuilder('g');
  const x = b.input('x', 'float32', ['N', 4]);
  const y = b.node('MatMul', [x, b.initializer('w', zeros('float32', [4, 4]))]);
  b.node('MatMul', [y, b.initializer('unused', zeros('float32', [4, 4]))]);
  b.output(b.node('Concat', [y, b.node('Relu', [y])], { axis: 0 }, 'out'));
  return b.build();
}

it('removes nodes and initializers that no output needs', () => {
  const pruned = removeDeadNodes(graph());
  expect(pruned.nodes.map((n) => n.name)).toEqual(['MatMul_0', 'Relu_0', 'out']);
  expect([...pruned.initializers.keys()]).toEqual(['w']);
  expect(pruned.inputs).toHaveLength(1);
});

it('keeps a node of which one output is needed', () => {
  const b = new GraphBuilder('g');
  const [, second] = b.nodes('Split', [b.input('x', 'float32', [4])], 2);
  b.output(second);
  expect(removeDeadNodes(b.build())).toEqual(b.build());
});

it('replaces symbolic dimensions and their multiples', () => {
  const special = specialize(graph(), { N: 64 });
  expect(special.inputs[0].shape).toEqual([64, 4]);
  expect(special.outputs[0].shape).toEqual([128, 4]);
  expect(specialize(graph(), { M: 2 })).toEqual(graph());
  expect(() => specialize(graph(), { N: 0 })).toThrow('dimension N = 0 must be a positive integer');
  // The declared types are those that inference finds.
  expect(GraphBuilder.from(special).value('out').shape).toEqual([128, 4]);
});

describe('checkGraph', () => {
  it('passes what the builder builds', () => expect(() => checkGraph(graph())).not.toThrow());

  const { nodes } = graph();
  const broken: [string, Partial<Graph>, string][] = [
    ['no output', { outputs: [] }, 'graph "g" must have an output'],
    ['an output listed twice', { outputs: [...graph().outputs, ...graph().outputs] }, 'output "out" is listed twice'],
    [
      'a value defined twice',
      { nodes: [...nodes, { ...nodes[0], name: 'again' }] },
      'node "again" (MatMul): value "MatMul_0" is defined twice',
    ],
    [
      'a node name used twice',
      { nodes: [...nodes, nodes[0]] },
      'node "MatMul_0" (MatMul): has the name of another node',
    ],
    [
      'too many inputs',
      { nodes: [{ ...nodes[0], inputs: ['x', 'w', 'x'] }, ...nodes.slice(1)] },
      'has 3 inputs, must have 2',
    ],
    [
      'an absent needed input',
      { nodes: [{ ...nodes[0], inputs: ['', 'w'] }, ...nodes.slice(1)] },
      'input 0 must not be absent',
    ],
    [
      'a missing attribute',
      { nodes: [...nodes.slice(0, -1), { ...nodes[3], attributes: {} }] },
      'attribute "axis" is required',
    ],
    [
      'an input and an initializer of one name',
      { initializers: new Map([['x', float32([1])]]) },
      'value "x" is defined twice',
    ],
    [
      'data that does not fit',
      { initializers: new Map([['w', { ...float32([1]), shape: [2] }]]) },
      'initializer "w" of shape [2] must not have 1 elements',
    ],
    ['a negative size', { inputs: [{ name: 'x', dtype: 'float32', shape: [-1, 4] }] }, 'input "x" has shape [-1,4]'],
  ];
  it.each(broken)('refuses %s', (_, change, rule) => {
    expect(() => checkGraph({ ...graph(), ...change })).toThrow(GraphError);
    expect(() => checkGraph({ ...graph(), ...change })).toThrow(rule);
  });
});
