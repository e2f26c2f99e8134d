import { gradients } from '@gradsign/autodiff';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { ReferenceEngine } from '@gradsign/engine-reference';
import {
  BATCH,
  IMAGES,
  initializeWeights,
  LOGITS,
  NetworkBuilder,
  normalize,
  withWeights,
  type Network,
} from '@gradsign/network';
import { float32, GraphBuilder, int64, sizeOf, specialize, tensor } from '@gradsign/onnx';
import { searchSpace } from '@gradsign/search-spaces';
import { evaluateProxies } from './evaluate';

const SEED = 42;
const reference = new ReferenceEngine();
const onnxruntime = createOnnxRuntimeEngine();
const space = searchSpace('nas-bench-201');
const MIXED = '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|';
const DEEP = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|nor_conv_1x1~1|nor_conv_3x3~2|';

async function evaluate(network: Network, proxies: readonly string[], engine = onnxruntime) {
  const scores = await evaluateProxies({
    engine,
    network,
    architecture: 'test',
    seed: SEED,
    initializations: 1,
    proxies,
  });
  return Object.fromEntries(scores.map(({ id, value }) => [id, value]));
}

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

/** As it is defined, in float64 and without rescaling. */
async function direct(network: Network, kept: RegExp): Promise<number> {
  const weights = initializeWeights(network, { seed: SEED, initialization: 0 });
  const positive = new Map([...weights].map(([path, { shape, data }]) => [path, float32(data.map(Math.abs), shape)]));
  const fixed = specialize(withWeights(network, positive), { [BATCH]: 1 });
  const graph = normalize(normalize(fixed, 'batch'), 'removed', { select: ({ name }) => !kept.test(name) });
  const b = GraphBuilder.from({ ...graph, outputs: [] });
  const of = b.node('ReduceSum', [b.value(LOGITS)], { keepdims: 0 });
  const layers = network.weights.filter(({ role }) => role === 'conv' || role === 'linear');
  const outputs = gradients(b, { of, withRespectTo: layers.map(({ path }) => b.value(path)) });
  outputs.forEach((gradient, l) => b.output(gradient, `gradient ${l}`));
  const image = new Float32Array(sizeOf(network.imageShape)).fill(1);
  const values = await (
    await reference.load(b.build())
  ).run({ [IMAGES]: tensor('float32', [1, ...network.imageShape], image) });
  return layers.reduce((sum, { path }, l) => {
    const { data } = positive.get(path)!;
    const gradient = values[`gradient ${l}`].data as Float64Array;
    return sum + data.reduce((part, w, k) => part + Math.abs(w * gradient[k]), 0);
  }, 0);
}

it.each([
  [MIXED, undefined],
  [DEEP, undefined],
  [DEEP, 'published' as const],
])('is the same as without rescaling: %s %s', async (architecture, variant) => {
  const network = space.network(space.parse(architecture), {
    imageShape: [3, 8, 8],
    classes: 5,
    channels: 4,
    cellsPerStage: 2,
    variant,
  });
  const values = await evaluate(network, ['synflow', 'synflow_reduction_bn'], reference);
  expect(relative(values.synflow, await direct(network, /^$/))).toBeLessThan(1e-12);
  expect(relative(values.synflow_reduction_bn, await direct(network, /^reduction/))).toBeLessThan(1e-9);
});

/** Layers on one pixel, one after the other: each sums `width` weighted copies of what the one before it computed. */
function chain(depth: number, width: number): Network {
  const build = new NetworkBuilder({ name: 'chain', imageShape: [1, 1, 1], classes: 2 });
  const copies = build.graph.constant(int64([1, width, 1, 1]));
  let x = build.images;
  for (let i = 0; i < depth; i++) {
    x = build.conv(build.graph.node('Expand', [x, copies]), `layer.${i}`, { out: 1, kernel: 1 });
  }
  return build.build(build.linear(build.globalAveragePool(x), 'head', { out: 2, bias: false }));
}

/** log of what flows through each of the layers, times their number. */
function logFlow(network: Network): number {
  const gains = [...initializeWeights(network, { seed: SEED, initialization: 0 }).values()].map(({ data }) =>
    data.reduce((sum, w) => sum + Math.abs(w), 0),
  );
  return gains.reduce((log, gain) => log + Math.log(gain), Math.log(gains.length));
}

it.each([
  [200, 64],
  [300, 1],
])('neither overflows nor vanishes in float32 over %d layers of %d terms', async (depth, terms) => {
  const network = chain(depth, terms);
  const log = logFlow(network);
  expect(Math.abs(log)).toBeGreaterThan(200);
  const { synflow } = await evaluate(network, ['synflow']);
  expect(Math.log(synflow) - log).toBeCloseTo(0, 3);
});

it('is infinite where float64 ends', async () => {
  const network = chain(350, 400);
  expect(logFlow(network)).toBeGreaterThan(Math.log(Number.MAX_VALUE));
  expect(await evaluate(network, ['synflow'])).toEqual({ synflow: Infinity });
});
