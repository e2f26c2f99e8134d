import { gradients } from '@gradsign/autodiff';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { ReferenceEngine } from '@gradsign/engine-reference';
import { BATCH, IMAGES, initializeWeights, LOGITS, NetworkBuilder, normalize, type Network } from '@gradsign/network';
import { float32, GraphBuilder, specialize, tensor, type Tensor } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { searchSpace } from '@gradsign/search-spaces';
import { evaluateProxies, type EvaluateOptions } from './evaluate';
import type { BatchBlob } from './task';

const SEED = 42;
const SIZE = 6;
const CLASSES = 5;
const IMAGE_SHAPE = [3, 16, 16] as const;
const BATCH_PROXIES = ['grasp', 'fisher', 'plain', 'jacob_cov', 'naswot'];

const reference = new ReferenceEngine();
const onnxruntime = createOnnxRuntimeEngine();
const space = searchSpace('nas-bench-201');
const small = (architecture: string) =>
  space.network(space.parse(architecture), {
    imageShape: IMAGE_SHAPE,
    classes: CLASSES,
    channels: 4,
    cellsPerStage: 1,
  });

const NONE = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const MIXED = '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|';
const DEEP = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|nor_conv_1x1~1|nor_conv_3x3~2|';

const noise = (...path: string[]) => Stream.of(SEED, ...path);
const pixels = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function batchOf(shape: readonly number[], classes: number, size = SIZE): BatchBlob {
  const images = new Float32Array(size * pixels(shape));
  noise('images').fillNormal(images, 0, 1);
  return { images, size, labels: Int32Array.from({ length: size }, (_, i) => noise('labels').uint32(i) % classes) };
}

const batch = batchOf(IMAGE_SHAPE, CLASSES);

async function evaluate(network: Network, proxies: readonly string[], options: Partial<EvaluateOptions> = {}) {
  const scores = await evaluateProxies({
    engine: reference,
    network,
    architecture: 'test',
    batch,
    seed: SEED,
    initializations: 1,
    proxies,
    ...options,
  });
  return Object.fromEntries(scores.map(({ id, value }) => [id, value]));
}

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe('a network that can be computed by hand: 1×1 convolution, ReLU, mean over space, linear layer', () => {
  const shape = [1, 1, 3] as const;
  const build = new NetworkBuilder({ name: 'tiny', imageShape: shape, classes: 2 });
  const features = build.relu(build.conv(build.images, 'conv', { out: 1, kernel: 1 }));
  const network = build.build(build.linear(build.globalAveragePool(features), 'linear', { out: 2, bias: false }));
  const weights = initializeWeights(network, { seed: SEED, initialization: 0 });
  const tiny = batchOf(shape, 2);
  const initial = [...weights.get('conv.weight')!.data, ...weights.get('linear.weight')!.data];
  const samples = Array.from({ length: SIZE }, (_, i) => [...tiny.images.subarray(i * 3, i * 3 + 3)]);

  /** Pixels that are on, the mean feature, ∂ℓ/∂logits and ∂ℓ/∂feature of a sample, for weights [w, v₀, v₁]. */
  const forward = (x: readonly number[], label: number, [w, ...v]: readonly number[]) => {
    const on = x.map((pixel) => (pixel * w > 0 ? 1 : 0));
    const h = x.reduce((sum, pixel, k) => sum + (pixel * w * on[k]) / 3, 0);
    const powers = v.map((weight) => Math.exp(weight * h));
    const d = powers.map((power, c) => power / (powers[0] + powers[1]) - (c === label ? 1 : 0));
    return { on, h, d, dh: d[0] * v[0] + d[1] * v[1] };
  };
  /** ∂L/∂[w, v₀, v₁]. */
  const gradient = (point: readonly number[]) => {
    const total = [0, 0, 0];
    samples.forEach((x, i) => {
      const { on, h, d, dh } = forward(x, tiny.labels[i], point);
      total[0] += (dh * x.reduce((sum, pixel, k) => sum + pixel * on[k], 0)) / 3;
      d.forEach((slope, c) => (total[1 + c] += slope * h));
    });
    return total.map((g) => g / SIZE);
  };
  const g = gradient(initial);
  const scores = () => evaluate(network, [...BATCH_PROXIES, 'snip', 'l2_norm', 'synflow'], { batch: tiny });

  it('has plain, snip, l2_norm and grasp of its three weights', async () => {
    const { plain, snip, l2_norm: l2Norm, grasp } = await scores();
    expect(plain).toBeCloseTo(
      initial.reduce((sum, w, k) => sum + w * g[k], 0),
      12,
    );
    expect(snip).toBeGreaterThanOrEqual(Math.abs(plain));
    expect(l2Norm).toBeCloseTo(Math.abs(initial[0]) + Math.hypot(initial[1], initial[2]), 12);
    const step = 1e-5;
    const [ahead, behind] = [1, -1].map((sign) => gradient(initial.map((w, k) => w + sign * step * g[k])));
    const expected = -initial.reduce((sum, w, k) => sum + (w * (ahead[k] - behind[k])) / (2 * step), 0);
    expect(Math.abs(expected)).toBeGreaterThan(1e-6);
    expect(relative(grasp, expected)).toBeLessThan(1e-6);
  });

  it('has fisher of its three channels', async () => {
    let expected = 0;
    samples.forEach((x, i) => {
      const { on, h, d, dh } = forward(x, tiny.labels[i], initial);
      const convolution = x.reduce((sum, pixel, k) => sum + (pixel * initial[0] * on[k] * dh) / 3 / SIZE, 0);
      const logits = d.map((slope, c) => (initial[1 + c] * h * slope) / SIZE);
      expected += [convolution, ...logits].reduce((sum, s) => sum + s * s, 0) / 2 / SIZE;
    });
    expect((await scores()).fisher).toBeCloseTo(expected, 14);
  });

  it('has naswot of its three units', async () => {
    const on = samples.map((x, i) => forward(x, tiny.labels[i], initial).on);
    const two = { ...tiny, images: tiny.images.slice(0, 6), labels: tiny.labels.slice(0, 2), size: 2 };
    const alike = on[0].filter((state, k) => state === on[1][k]).length;
    expect(alike).toBeLessThan(3);
    expect((await evaluate(network, ['naswot'], { batch: two })).naswot).toBeCloseTo(Math.log(9 - alike ** 2), 12);
    // Six samples have at most 2³ patterns; here two of them share one.
    expect(new Set(on.map(String)).size).toBeLessThan(SIZE);
    expect((await scores()).naswot).toBe(-Infinity);
  });

  it('has jacob_cov of the rows (v₀ + v₁)·w·[on]/3', async () => {
    const two = { ...tiny, images: Float32Array.of(1, -1, 2, -1, -2, 3), labels: Int32Array.of(0, 1), size: 2 };
    // Patterns 101 and 001, or 010 and 110: their correlation is ½.
    const expected = -[0.5, 1.5].reduce((sum, v) => sum + Math.log(v + 1e-5) + 1 / (v + 1e-5), 0);
    expect((await evaluate(network, ['jacob_cov'], { batch: two })).jacob_cov).toBeCloseTo(expected, 10);
  });

  it('has synflow: each layer passes on all that flows', async () => {
    const flow = Math.abs(initial[0]) * (Math.abs(initial[1]) + Math.abs(initial[2]));
    expect((await scores()).synflow).toBeCloseTo(2 * flow, 12);
  });
});

/** Gradients of the batch's loss, unpruned, as a function of all weights. */
async function gradientAt(network: Network) {
  const b = GraphBuilder.from({ ...normalize(specialize(network.graph, { [BATCH]: SIZE }), 'batch'), outputs: [] });
  const target = b.input('target', 'float32', [SIZE, CLASSES]);
  const picked = b.node('Mul', [b.node('LogSoftmax', [b.value(LOGITS)], { axis: 1 }), target]);
  const total = b.node('Neg', [b.node('ReduceSum', [picked], { keepdims: 0 })]);
  const of = b.node('Div', [total, b.constant(float32([SIZE], []))]);
  const layers = network.weights.filter(({ role }) => role === 'conv' || role === 'linear');
  gradients(b, { of, withRespectTo: layers.map(({ path }) => b.value(path)) }).forEach((gradient, l) =>
    b.output(gradient, `gradient ${layers[l].path}`),
  );
  const session = await reference.load(b.build());
  const oneHot = new Float32Array(SIZE * CLASSES);
  batch.labels.forEach((label, i) => (oneHot[i * CLASSES + label] = 1));
  const data = {
    [IMAGES]: tensor('float32', [SIZE, ...IMAGE_SHAPE], batch.images),
    target: tensor('float32', [SIZE, CLASSES], oneHot),
  };
  return async (weights: ReadonlyMap<string, Tensor>) => {
    const outputs = await session.run({ ...Object.fromEntries(weights), ...data });
    return layers.map(({ path }) => ({ path, gradient: outputs[`gradient ${path}`].data as Float64Array }));
  };
}

it.each([MIXED, DEEP])('grasp follows from finite differences of gradients: %s', async (architecture) => {
  const network = small(architecture);
  const initial = initializeWeights(network, { seed: SEED, initialization: 0 });
  const at = await gradientAt(network);
  const here = new Map((await at(initial)).map(({ path, gradient }) => [path, gradient]));
  const STEP = 1e-6;
  const moved = (sign: number) =>
    at(
      new Map(
        [...initial].map(([path, { shape, data }]) => {
          const direction = here.get(path);
          const values = Float64Array.from(data, (w, k) => w + sign * STEP * (direction ? direction[k] : 0));
          return [path, tensor('float64', shape, values)];
        }),
      ),
    );
  const [ahead, behind] = [await moved(1), await moved(-1)];
  let expected = 0;
  ahead.forEach(({ path, gradient }, l) => {
    const weight = initial.get(path)!.data;
    gradient.forEach((g, k) => (expected -= (weight[k] * (g - behind[l].gradient[k])) / (2 * STEP)));
  });
  const { grasp } = await evaluate(network, ['grasp']);
  expect(relative(grasp, expected)).toBeLessThan(1e-4);
});

describe('networks of NAS-Bench-201', () => {
  it('have plain within ±snip', async () => {
    const { plain, snip } = await evaluate(small(MIXED), ['plain', 'snip']);
    expect(Math.abs(plain)).toBeLessThanOrEqual(snip);
  });

  it('do not depend on the order of the samples', async () => {
    const order = [2, 0, 5, 3, 1, 4];
    const size = pixels(IMAGE_SHAPE);
    const reordered: BatchBlob = {
      size: SIZE,
      labels: Int32Array.from(order, (i) => batch.labels[i]),
      images: Float32Array.from(order.flatMap((i) => [...batch.images.subarray(i * size, (i + 1) * size)])),
    };
    const network = small(MIXED);
    const [one, other] = [
      await evaluate(network, [...BATCH_PROXIES, 'snip']),
      await evaluate(network, BATCH_PROXIES, { batch: reordered, chunkSize: 2 }),
    ];
    for (const id of BATCH_PROXIES) {
      // plain is what remains of terms as large as snip.
      const scale = id === 'plain' ? one.snip : Math.abs(one[id]);
      expect(Math.abs(one[id] - other[id]) / scale).toBeLessThan(1e-9);
    }
  });

  it.each([MIXED, DEEP])('have values that ONNX Runtime agrees with: %s', async (architecture) => {
    const ids = [...BATCH_PROXIES, 'synflow', 'synflow_reduction_bn', 'l2_norm', 'snip'];
    const [expected, actual] = [
      await evaluate(small(architecture), ids),
      await evaluate(small(architecture), ids, { engine: onnxruntime }),
    ];
    for (const id of ids) {
      const scale = id === 'plain' ? expected.snip : Math.abs(expected[id]);
      expect([id, Math.abs(actual[id] - expected[id]) / scale < 2e-3]).toEqual([id, true]);
    }
  });

  it.each([
    ['reference', reference],
    ['ONNX Runtime', onnxruntime],
  ])('that do not see their input have no flow, no patterns and no correlation on %s', async (_, engine) => {
    const ids = ['grasp', 'plain', 'synflow', 'synflow_reduction_bn', 'naswot', 'jacob_cov'];
    expect(await evaluate(small(NONE), ids, { engine })).toEqual({
      grasp: 0,
      plain: 0,
      synflow: 0,
      synflow_reduction_bn: 0,
      naswot: -Infinity,
      jacob_cov: NaN,
    });
  });
});
