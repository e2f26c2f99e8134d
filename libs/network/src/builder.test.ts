import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { float32, specialize, type Tensor, type Value } from '@gradsign/onnx';
import { NetworkBuilder, type NetworkBuilderOptions } from './builder';
import { initializeWeights } from './initialization';
import { BATCH, IMAGES, LOGITS, type Network } from './network';
import { NetworkError } from './network-error';
import { withWeights } from './weights';

function network(layers: (build: NetworkBuilder) => Value, options: Partial<NetworkBuilderOptions> = {}): Network {
  const build = new NetworkBuilder({ name: 'test', imageShape: [2, 4, 4], classes: 2, ...options });
  return build.build(layers(build));
}

async function logits(net: Network, values: Record<string, Tensor>, images: Tensor): Promise<number[]> {
  const graph = specialize(withWeights(net, new Map(Object.entries(values))), { [BATCH]: images.shape[0] });
  const session = await createOnnxRuntimeEngine().load(graph);
  const { [LOGITS]: result } = await session.run({ [IMAGES]: images });
  await session.release();
  return [...(result.data as Float32Array)];
}

const ramp = (shape: number[], step = 1) =>
  float32(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i * step),
    shape,
  );

test('weights are inputs named by path, with their role and initial distribution', () => {
  const net = network((build) => {
    const conv = { out: 6, kernel: [3, 1], padding: [1, 0], groups: 2, bias: true } as const;
    const y = build.batchNorm(build.conv(build.images, 'stem.conv', conv), 'stem.norm');
    return build.linear(build.globalAveragePool(build.batchNorm(y, 'plain', { affine: false })), 'head', { out: 2 });
  });
  expect(net.weights).toEqual([
    { path: 'stem.conv.weight', shape: [6, 1, 3, 1], role: 'conv', init: { kind: 'uniform_fan_in', fanIn: 3 } },
    { path: 'stem.conv.bias', shape: [6], role: 'bias', init: { kind: 'uniform_fan_in', fanIn: 3 } },
    { path: 'stem.norm.scale', shape: [6], role: 'norm_scale', init: { kind: 'constant', value: 1 } },
    { path: 'stem.norm.shift', shape: [6], role: 'norm_shift', init: { kind: 'constant', value: 0 } },
    { path: 'head.weight', shape: [2, 6], role: 'linear', init: { kind: 'uniform_fan_in', fanIn: 6 } },
    { path: 'head.bias', shape: [2], role: 'bias', init: { kind: 'uniform_fan_in', fanIn: 6 } },
  ]);
  expect(net.graph.inputs.map(({ name, shape }) => ({ path: name, shape }))).toEqual([
    { path: IMAGES, shape: ['N', 2, 4, 4] },
    ...net.weights.map(({ path, shape }) => ({ path, shape })),
  ]);
  expect(net.graph.outputs).toEqual([{ name: LOGITS, dtype: 'float32', shape: ['N', 2] }]);
  expect(net.graph.nodes.slice(0, 2).map(({ name, outputs }) => [name, outputs[0]])).toEqual([
    ['stem.conv', 'stem.conv'],
    ['stem.norm', 'stem.norm'],
  ]);
});

test('cells and containers are stated by the names of their values', () => {
  const net = network((build) => {
    const y = build.container(build.relu(build.images), 2);
    const z = build.cell([y, y], build.add(y, build.container(build.zero(y))));
    return build.linear(build.globalAveragePool(z), 'head', { out: 2 });
  });
  expect(net.containers).toEqual(['Relu_0', 'Relu_0', 'Mul_0']);
  expect(net.cells).toEqual([{ inputs: ['Relu_0', 'Relu_0'], output: 'Add_0' }]);
});

test('a scheme decides the initial distributions', () => {
  const net = network((build) => build.linear(build.globalAveragePool(build.images), 'head', { out: 2 }), {
    initialization: (role, shape) => ({ kind: 'normal', std: role === 'bias' ? 0 : shape[1] }),
  });
  expect(net.weights.map(({ init }) => init)).toEqual([
    { kind: 'normal', std: 2 },
    { kind: 'normal', std: 0 },
  ]);
});

test('layers compute what they say', async () => {
  // Channel 0 of the image is 0…15, channel 1 is 16…31.
  const images = ramp([1, 2, 4, 4]);
  const head = { 'head.weight': float32([1, 0, 0, 1], [2, 2]), 'head.bias': float32([0.5, -0.5]) };
  const finish = (build: NetworkBuilder, x: Value) => build.linear(build.globalAveragePool(x), 'head', { out: 2 });

  // Averages without padding: corners over 4 values, edges over 6; the mean over all windows is symmetric.
  const average = network((b) => finish(b, b.avgPool(b.images, { kernel: 3, padding: 1 })));
  expect(await logits(average, head, images)).toEqual([7.5 + 0.5, 23.5 - 0.5]);
  const reduced = network((b) => finish(b, b.avgPool(b.images, { kernel: 2, stride: 2 })));
  expect(await logits(reduced, head, images)).toEqual([8, 23]);
  // Maxima of the four 2×2 windows: 5, 7, 13, 15.
  const maximum = network((b) => finish(b, b.maxPool(b.images, { kernel: 2, stride: 2 })));
  expect(await logits(maximum, head, images)).toEqual([10.5, 25.5]);
  const sum = network((b) => finish(b, b.add(b.zero(b.images), b.images, b.relu(b.images))));
  expect(await logits(sum, head, images)).toEqual([15.5, 46.5]);

  // Rows and columns 0 and 2: 0, 2, 8, 10; without the first row and column: the sum of 5…7, 9…11, 13…15 over 16.
  const every = network((b) => finish(b, b.subsample(b.images, 2)));
  expect(await logits(every, head, images)).toEqual([5.5, 20.5]);
  const shifted = network((b) => finish(b, b.shift(b.images)));
  expect(await logits(shifted, head, images)).toEqual([90 / 16 + 0.5, (90 + 9 * 16) / 16 - 0.5]);

  // A dilated 2×1 kernel that takes the difference of rows y + 2 and y: 8 everywhere, and the bias.
  const conv = { out: 2, kernel: [2, 1], dilation: [2, 1], groups: 2, bias: true } as const;
  const convolved = network((b) => finish(b, b.conv(b.images, 'conv', conv)));
  const kernel = { 'conv.weight': float32([-1, 1, -2, 2], [2, 1, 2, 1]), 'conv.bias': float32([0, 1]) };
  expect(await logits(convolved, { ...head, ...kernel }, images)).toEqual([8.5, 16.5]);

  const joined = network((b) => b.linear(b.globalAveragePool(b.concat([b.images, b.images])), 'head', { out: 2 }));
  const wide = { ...head, 'head.weight': float32([0, 0, 1, 0, 0, 0, 0, 1], [2, 4]) };
  expect(await logits(joined, wide, images)).toEqual([8, 23]);
});

test('batch normalisation computes the same on every run', async () => {
  const net = network((b) => b.linear(b.globalAveragePool(b.relu(b.batchNorm(b.images, 'norm'))), 'head', { out: 2 }));
  const values = withWeights(net, initializeWeights(net, { seed: 1, initialization: 0 }));
  const session = await createOnnxRuntimeEngine().load(specialize(values, { [BATCH]: 1 }));
  // The mean of relu((x − 7.5)/σ) over 0…15 with σ² = 21.25.
  const expected = (0.5 + 1.5 + 2.5 + 3.5 + 4.5 + 5.5 + 6.5 + 7.5) / 16 / Math.sqrt(21.25);
  const { 'head.weight': w, 'head.bias': bias } = Object.fromEntries(values.initializers);
  for (let run = 0; run < 3; run++) {
    const { data } = (await session.run({ [IMAGES]: ramp([1, 2, 4, 4]) }))[LOGITS];
    expect(data[0]).toBeCloseTo(expected * (Number(w.data[0]) + Number(w.data[1])) + Number(bias.data[0]), 5);
  }
  await session.release();
});

test('the epsilon of a normalisation is its own', () => {
  const net = network((b) => {
    const x = b.batchNorm(b.batchNorm(b.images, 'default'), 'large', { epsilon: 1e-3 });
    return b.linear(b.globalAveragePool(x), 'head', { out: 2 });
  });
  const epsilons = net.graph.nodes.flatMap(({ attributes: { epsilon } }) => (epsilon === undefined ? [] : [epsilon]));
  expect(epsilons).toEqual([1e-5, 1e-3]);
});

test('the end of a network must be logits', () => {
  expect(() => network((build) => build.globalAveragePool(build.images), { classes: 10 })).toThrow(
    'has shape [N,2]: logits are [N,10]',
  );
});

describe('withWeights', () => {
  const net = network((build) => build.linear(build.globalAveragePool(build.images), 'head', { out: 2, bias: false }));

  test('leaves the data as the only input', () => {
    const weight = ramp([2, 2]);
    const graph = withWeights(net, new Map([['head.weight', weight]]));
    expect(graph.inputs.map(({ name }) => name)).toEqual([IMAGES]);
    expect(graph.initializers.get('head.weight')).toBe(weight);
    expect(net.graph.initializers.has('head.weight')).toBe(false);
  });

  test('names the weight that has no values, or values of another shape', () => {
    expect(() => withWeights(net, new Map())).toThrow(NetworkError);
    expect(() => withWeights(net, new Map())).toThrow('"head.weight" has no values');
    expect(() => withWeights(net, new Map([['head.weight', ramp([4])]]))).toThrow(
      '"head.weight" has values of shape [4]: its shape is [2,2]',
    );
  });
});
