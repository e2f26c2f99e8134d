import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { GraphBuilder, float32, specialize, zeros, type Graph, type Tensor, type Value } from '@gradsign/onnx';
import { NetworkBuilder } from './builder';
import { initializeWeights } from './initialization';
import { BATCH, IMAGES, LOGITS, type Network } from './network';
import { normalize } from './normalize';
import { prune, pruneNetwork, zeroWeights } from './prune';
import { withWeights } from './weights';

/** A living path, a branch behind a zero, one whose output is dropped, and one that ends in a zero. */
function network({ cut = false, affine = false } = {}): Network {
  const b = new NetworkBuilder({ name: 'test', imageShape: [2, 4, 4], classes: 3 });
  const conv = (x: Value, path: string) =>
    b.batchNorm(b.conv(b.relu(x), path, { out: 4, kernel: 3, padding: 1 }), `${path}.norm`, { affine });
  const stem = b.conv(b.images, 'stem', { out: 4, kernel: 1 });
  const behind = conv(b.maxPool(b.zero(stem), { kernel: 3, padding: 1 }), 'behind');
  conv(stem, 'dropped');
  const ahead = b.zero(conv(stem, 'ahead'));
  const alive = cut ? b.zero(stem) : conv(stem, 'alive');
  const sum = b.add(behind, alive, ahead);
  return b.build(b.linear(b.globalAveragePool(b.relu(sum)), 'head', { out: 3 }));
}

const weights = (net: Network, seed: number) => initializeWeights(net, { seed, initialization: 0 });

async function run(graph: Graph, batch = 3): Promise<Float32Array> {
  const session = await createOnnxRuntimeEngine().load(specialize(graph, { [BATCH]: batch }));
  const pixels = Float32Array.from({ length: batch * 32 }, (_, i) => Math.sin(i * i));
  const outputs = await session.run({ [IMAGES]: float32(pixels, [batch, 2, 4, 4]) });
  await session.release();
  return outputs[LOGITS].data as Float32Array;
}

const paths = (net: Network) => net.weights.map(({ path }) => path);

test('keeps what lives', () => {
  const pruned = pruneNetwork(network());
  expect(paths(pruned)).toEqual(['stem.weight', 'alive.weight', 'head.weight', 'head.bias']);
  expect(pruned.graph.inputs.map(({ name }) => name)).toEqual([IMAGES, ...paths(pruned)]);
  expect(pruned.graph.nodes.map(({ op }) => op)).toEqual([
    ...['Conv', 'Relu', 'Conv', 'BatchNormalization', 'Relu', 'GlobalAveragePool', 'Flatten', 'Gemm'],
    'Identity',
  ]);
  expect([...pruned.graph.initializers.keys()].every((name) => name.startsWith('alive.norm.'))).toBe(true);
});

test.each(['batch', 'sample', 'removed', 'inference'] as const)(
  '%s: the pruned network is the same function of images and weights',
  async (mode) => {
    const net = network();
    // Equal for any weights: so outputs are equal, and the gradients of all weights that remain.
    for (const seed of [1, 2, 3]) {
      const graph = normalize(withWeights(net, weights(net, seed)), mode);
      const pruned = prune(graph);
      expect(pruned.nodes.length).toBeLessThan(graph.nodes.length);
      expect(await run(pruned)).toEqual(await run(graph));
    }
  },
);

test('weights that are removed have gradient zero: they may have any value', async () => {
  const net = network();
  const values: Map<string, Tensor> = weights(net, 1);
  const logits = await run(withWeights(net, values));
  const kept = new Set(paths(pruneNetwork(net)));
  for (const { path, shape } of net.weights.filter(({ path }) => !kept.has(path))) {
    const change = zeros('float32', shape);
    change.data.fill(0.7);
    expect(await run(withWeights(net, new Map(values).set(path, change)))).toEqual(logits);
  }
  const stem = float32(new Array<number>(8).fill(0.7), [4, 2, 1, 1]);
  expect(await run(withWeights(net, new Map(values).set('stem.weight', stem)))).not.toEqual(logits);
});

test('a shift is zero only where the caller says so, or its values do', () => {
  const net = network({ affine: true });
  expect([...zeroWeights(net)]).toEqual([
    'behind.norm.shift',
    'dropped.norm.shift',
    'ahead.norm.shift',
    'alive.norm.shift',
  ]);
  const alive = ['stem.weight', 'alive.weight', 'alive.norm.scale', 'alive.norm.shift', 'head.weight', 'head.bias'];
  expect(paths(pruneNetwork(net))).toEqual(alive);
  const names = (graph: Graph) => graph.inputs.map(({ name }) => name);
  expect(names(prune(net.graph))).toContain('behind.norm.shift');
  const values = weights(net, 1);
  expect([...prune(withWeights(net, values)).initializers.keys()]).not.toContain('behind.norm.shift');
  values.set('behind.norm.shift', float32([0, 0, 0, 1]));
  expect([...prune(withWeights(net, values)).initializers.keys()]).toContain('behind.norm.shift');
});

test('a network without a path from input to output keeps its outputs', async () => {
  const net = network({ cut: true });
  const graph = withWeights(net, weights(net, 1));
  const logits = await run(prune(graph));
  expect(logits).toEqual(await run(graph));
  const bias = [...weights(net, 1).get('head.bias')!.data];
  expect([...logits]).toEqual([...bias, ...bias, ...bias]);
});

describe('sums with a zero', () => {
  function sum(op: 'Add' | 'Sub', x: number[], zero: number[], first: 'x' | 'zero') {
    const b = new GraphBuilder('g');
    const operands = [b.input('x', 'float32', x), b.initializer('zero', zeros('float32', zero))];
    const y = b.node(op, first === 'x' ? operands : operands.reverse());
    b.output(b.node('Relu', [y]));
    return prune(b.build()).nodes.map((node) => node.op);
  }

  test.each([
    ['Add', [2, 3], [2, 3], 'x', ['Relu']],
    ['Add', [2, 3], [1], 'zero', ['Relu']],
    ['Add', [1, 3], [2, 3], 'x', ['Add', 'Relu']],
    ['Sub', [2, 3], [3], 'x', ['Relu']],
    ['Sub', [2, 3], [2, 3], 'zero', ['Sub', 'Relu']],
  ] as const)('%s of %j and zeros %j, %s first: %j', (op, x, zero, first, ops) => {
    expect(sum(op, [...x], [...zero], first)).toEqual(ops);
  });
});

test('outputs keep their names', () => {
  const b = new GraphBuilder('g');
  const x = b.input('x', 'float32', [2]);
  const zero = b.constant(float32([0, 0]));
  b.output(b.node('Add', [x, zero], {}, 'same'));
  b.output(b.node('Mul', [x, zero], {}, 'none'));
  b.output(b.node('Identity', [b.node('Identity', [x])], {}, 'copy'));
  const pruned = prune(b.build());
  expect(pruned.outputs.map(({ name }) => name)).toEqual(['same', 'none', 'copy']);
  expect(pruned.nodes.map(({ op, inputs }) => [op, inputs[0]])).toEqual([
    ['Identity', 'x'],
    ['Mul', 'x'],
    ['Identity', 'x'],
  ]);
});
