import { GraphBuilder, float32, specialize, zeros, type Value } from '@gradsign/onnx';
import { NetworkBuilder } from './builder';
import { flops, liveWeights, liveWeightSpecs, parameterCount } from './counts';
import { BATCH, type Network } from './network';

function network(layers: (build: NetworkBuilder) => Value, imageShape = [3, 8, 8] as const): Network {
  const build = new NetworkBuilder({ name: 'test', imageShape, classes: 10 });
  return build.build(layers(build));
}

const head = (b: NetworkBuilder, x: Value) => b.linear(b.globalAveragePool(x), 'head', { out: 10 });
const conv3 = { kernel: 3, padding: 1 };

test('parameters: weights and biases, dead ones too, and scale and shift of every normalisation', () => {
  const net = network((b) => {
    const x = b.batchNorm(b.conv(b.images, 'a', { out: 4, ...conv3, bias: true }), 'a.norm');
    const y = b.batchNorm(b.conv(b.zero(x), 'dead', { out: 4, kernel: 1 }), 'dead.norm', { affine: false });
    return head(b, b.add(x, y));
  });
  expect(parameterCount(net)).toBe(108 + 4 + 8 + (16 + 8) + 40 + 10);
});

test('multiply-adds: convolutions, products, biases; the same for any batch', () => {
  const net = network((b) => {
    const x = b.conv(b.images, 'a', { out: 4, ...conv3, stride: 2, bias: true });
    const y = b.conv(b.relu(b.batchNorm(x, 'norm')), 'b', { out: 8, kernel: [1, 3], padding: [0, 1], groups: 2 });
    return head(b, b.avgPool(y, { kernel: 2 }));
  });
  const expected = 4 * 16 * (27 + 1) + 8 * 16 * (2 * 3) + 10 * (8 + 1);
  expect(flops(net.graph)).toBe(expected);
  expect(flops(specialize(net.graph, { [BATCH]: 64 }))).toBe(expected);
});

test('multiply-adds of matrix products, either way round', () => {
  const b = new GraphBuilder('g');
  const x = b.input('x', 'float32', ['N', 6, 5]);
  const y = b.node('MatMul', [x, b.initializer('w', zeros('float32', [5, 7]))]);
  const flat = b.node('Flatten', [y], { axis: 1 });
  b.output(b.node('Gemm', [flat, b.initializer('v', zeros('float32', [42, 3]))]), 'y');
  expect(flops(b.build())).toBe(6 * 7 * 5 + 42 * 3);
  const symbolic = new GraphBuilder('g');
  const s = symbolic.input('x', 'float32', ['N', 'T', 5]);
  symbolic.output(symbolic.node('MatMul', [s, symbolic.constant(float32(new Float32Array(10), [5, 2]))], {}, 'y'));
  expect(() => flops(symbolic.build())).toThrow('"y" has the symbolic size T: only the batch may be symbolic');
});

test('live weights: a non-zero input, and an output that reaches the logits through non-zero values', () => {
  const net = network((b) => {
    const stem = b.conv(b.images, 'stem', { out: 4, kernel: 1 });
    const behind = b.batchNorm(b.conv(b.zero(stem), 'behind', { out: 4, ...conv3 }), 'behind.norm');
    const after = b.conv(behind, 'after', { out: 4, kernel: 1 });
    b.conv(stem, 'dropped', { out: 4, kernel: 1 });
    const ahead = b.zero(b.conv(stem, 'ahead', { out: 4, kernel: 1 }));
    const biased = b.conv(b.zero(stem), 'biased', { out: 4, kernel: 1, bias: true });
    const next = b.conv(biased, 'next', { out: 4, kernel: 1 });
    const joined = b.concat([b.add(behind, after, ahead, stem), b.zero(stem), next]);
    return head(b, joined);
  });
  // `biased` has a zero input, but its bias makes a non-zero output, so `next` gets gradient.
  expect(liveWeightSpecs(net).map(({ path }) => path)).toEqual(['stem.weight', 'next.weight', 'head.weight']);
  expect(liveWeights(net)).toBe(12 + 16 + 120);
});

test('nothing lives in a network that is cut', () => {
  const cut = (last: (b: NetworkBuilder, x: Value) => Value) =>
    network((b) => head(b, last(b, b.zero(b.conv(b.images, 'stem', { out: 4, kernel: 1 })))));
  expect(liveWeights(cut((_, x) => x))).toBe(0);
  expect(liveWeights(cut((b, x) => b.batchNorm(x, 'norm')))).toBe(0);
});
