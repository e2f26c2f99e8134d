import { gradients } from '@gradsign/autodiff';
import { sampleBatch, type Batch } from '@gradsign/dataset';
import { noiseDataset } from '@gradsign/datasets';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { ReferenceEngine } from '@gradsign/engine-reference';
import { BATCH, IMAGES, initializeWeights, LOGITS, normalize, withWeights, type Network } from '@gradsign/network';
import { float32, GraphBuilder, specialize, tensor } from '@gradsign/onnx';
import { searchSpace } from '@gradsign/search-spaces';
import { evaluateProxies, type EvaluateOptions } from './evaluate';
import type { BatchBlob } from './task';

const SEED = 42;
const CLASSES = 5;
/**
 * Four pixels a side in the last stage. With fewer, a 3×3 average is that of a whole normalised plane: zero, but for
 * rounding, whose sign no two engines share.
 */
const IMAGE_SHAPE = [3, 16, 16] as const;
const PIXELS = 3 * 16 * 16;
const SIZE = 4;

const space = searchSpace('nas-bench-201');
const reference = new ReferenceEngine();
const onnxruntime = createOnnxRuntimeEngine();

const NONE = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const CONVOLUTIONS = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|';
const MIXED = '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|';
const architectures = [CONVOLUTIONS, MIXED, '|nor_conv_3x3~0|+|none~0|none~1|+|none~0|nor_conv_1x1~1|nor_conv_3x3~2|'];

const batch = sampleBatch(
  noiseDataset({
    name: 'test',
    imageShape: IMAGE_SHAPE,
    classes: CLASSES,
    normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
  }),
  { split: 'train', size: SIZE, seed: SEED },
);
const small = (architecture: string) =>
  space.network(space.parse(architecture), {
    imageShape: IMAGE_SHAPE,
    classes: CLASSES,
    channels: 4,
    cellsPerStage: 1,
  });

type Options = Partial<EvaluateOptions> & { readonly architecture: string };

function evaluate(proxies: readonly string[], options: Options) {
  const network = small(options.architecture);
  return evaluateProxies({ engine: reference, network, batch, seed: SEED, initializations: 1, proxies, ...options });
}

async function value(proxy: string, options: Options): Promise<number> {
  return (await evaluate([proxy], options))[0].value;
}

const pick = ({ images, labels }: Batch, samples: readonly number[]): BatchBlob => ({
  size: samples.length,
  labels: Int32Array.from(samples, (i) => labels[i]),
  images: Float32Array.from(samples.flatMap((i) => [...images.subarray(i * PIXELS, (i + 1) * PIXELS)])),
});

/**
 * Weights and gradients of all convolutions and linear layers for `count` images at a time: mean cross-entropy, batch
 * normalisation in training mode, nothing pruned or lowered.
 */
async function plainGradients(network: Network, count: number) {
  const weights = initializeWeights(network, { seed: SEED, initialization: 0 });
  const fixed = specialize(withWeights(network, weights), { [BATCH]: count });
  const b = GraphBuilder.from({ ...normalize(fixed, 'batch'), outputs: [] });
  const target = b.input('target', 'float32', [count, CLASSES]);
  const picked = b.node('Mul', [b.node('LogSoftmax', [b.value(LOGITS)], { axis: 1 }), target]);
  const total = b.node('Neg', [b.node('ReduceSum', [picked], { keepdims: 0 })]);
  const of = b.node('Div', [total, b.constant(float32([count], []))]);
  const layers = network.weights.filter(({ role }) => role === 'conv' || role === 'linear');
  const withRespectTo = layers.map(({ path }) => b.value(path));
  gradients(b, { of, withRespectTo }).forEach((gradient, i) => b.output(gradient, `gradient ${layers[i].path}`));
  const session = await reference.load(b.build());
  return async ({ images, labels }: BatchBlob) => {
    const oneHot = new Float32Array(count * CLASSES);
    labels.forEach((label, i) => (oneHot[i * CLASSES + label] = 1));
    const outputs = await session.run({
      [IMAGES]: tensor('float32', [count, ...IMAGE_SHAPE], images),
      target: tensor('float32', [count, CLASSES], oneHot),
    });
    return layers.map(({ path }) => ({
      weight: weights.get(path)!.data,
      gradient: outputs[`gradient ${path}`].data as Float64Array,
    }));
  };
}

/** GradSign's algorithm as it is published: one sample after the other, batch normalisation in training mode. */
async function loopOverSamples(network: Network): Promise<number[]> {
  const gradientsOf = await plainGradients(network, 1);
  const sums: number[] = [];
  for (let i = 0; i < batch.size; i++) {
    const layers = await gradientsOf(pick(batch, [i]));
    layers.flatMap(({ gradient }) => [...gradient]).forEach((g, k) => (sums[k] = (sums[k] ?? 0) + Math.sign(g)));
  }
  return sums;
}

describe('the GradSign family', () => {
  it.each(architectures)('equals the loop over single samples: %s', async (architecture) => {
    const sums = await loopOverSamples(small(architecture));
    const sum = (f: (x: number) => number) => sums.reduce((total, x) => total + f(x), 0);
    const [sign, squared, live, mean] = await evaluate(
      ['gradsign', 'gradsign_squared', 'live_weights', 'gradsign_mean'],
      { architecture },
    );
    expect(sign.value).toBe(sum(Math.abs));
    expect(squared.value).toBe(sum((x) => x * x));
    expect(mean.value).toBe(sign.value / sign.weights);
    expect(sign.weights).toBe(live.value);
    expect(sign.nanCount).toBe(0);
  });

  it.each([
    ['reference', reference],
    ['ONNX Runtime', onnxruntime],
  ])('has the same bits whatever the chunk size on %s', async (_, engine) => {
    const whole = await value('gradsign', { architecture: MIXED, engine, chunkSize: SIZE });
    for (const chunkSize of [1, 3, 100]) {
      expect(await value('gradsign', { architecture: MIXED, engine, chunkSize })).toBe(whole);
    }
  });

  it('does not depend on the order of the samples', async () => {
    const reordered = pick(batch, [2, 0, 3, 1]);
    expect(await value('gradsign', { architecture: MIXED, batch: reordered, chunkSize: 2 })).toBe(
      await value('gradsign', { architecture: MIXED }),
    );
  });

  it('counts a sample once for each of its copies', async () => {
    const [copies, one] = [[3, 3, 3, 3, 3], [3]].map((samples) => pick(batch, samples));
    expect(await value('gradsign', { architecture: MIXED, batch: copies })).toBe(
      5 * (await value('gradsign', { architecture: MIXED, batch: one })),
    );
  });

  it('is 0 for a network that does not see its input', async () => {
    const ids = ['gradsign', 'gradsign_squared', 'gradsign_mean', 'live_weights'];
    for (const engine of [reference, onnxruntime]) {
      const results = await evaluate(ids, { architecture: NONE, engine });
      expect(results.map(({ value: v }) => v)).toEqual([0, 0, 0, 0]);
    }
  });

  it('leaves out weights with a NaN gradient, and counts them', async () => {
    const broken = pick(batch, [0, 1, 2, 3]);
    broken.images[2 * PIXELS] = NaN;
    for (const engine of [reference, onnxruntime]) {
      const [result] = await evaluate(['gradsign'], {
        architecture: MIXED,
        batch: broken,
        engine,
        chunkSize: 2,
      });
      expect(result.value).toBe(0);
      expect(result.nanCount).toBe(result.weights);
    }
  });
});

describe('proxies of the batch gradient', () => {
  it.each(architectures)('follow from weights and gradients of the plain network: %s', async (architecture) => {
    const layers = await (await plainGradients(small(architecture), batch.size))(batch);
    const [snip, gradNorm] = await evaluate(['snip', 'grad_norm'], { architecture });
    const saliency = layers.flatMap(({ weight, gradient }) => [...gradient].map((g, k) => g * Number(weight[k])));
    const norms = layers.map(({ gradient }) => Math.hypot(...gradient));
    expect(snip.value / saliency.reduce((sum, x) => sum + Math.abs(x), 0)).toBeCloseTo(1, 10);
    expect(gradNorm.value / norms.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
    expect(snip.value).toBeGreaterThanOrEqual(Math.abs(saliency.reduce((a, b) => a + b, 0)));
  });

  it('are not cut into chunks, and do not depend on the order of the samples', async () => {
    const reordered = pick(batch, [2, 0, 3, 1]);
    for (const proxy of ['snip', 'grad_norm']) {
      const whole = await value(proxy, { architecture: MIXED });
      expect(await value(proxy, { architecture: MIXED, chunkSize: 3 })).toBe(whole);
      expect((await value(proxy, { architecture: MIXED, batch: reordered })) / whole).toBeCloseTo(1, 10);
    }
  });
});

it.each(architectures)('ONNX Runtime agrees to a thousandth: %s', async (architecture) => {
  const ids = ['gradsign', 'gradsign_squared', 'gradsign_mean', 'snip', 'grad_norm'];
  const [expected, actual] = await Promise.all(
    [reference, onnxruntime].map((engine) => evaluate(ids, { architecture, engine })),
  );
  ids.forEach((_, i) => expect(Math.abs(actual[i].value / expected[i].value - 1)).toBeLessThan(1e-3));
});

it('is the mean over initialisations, each of its own stream of weights', async () => {
  const architecture = MIXED;
  const [one, two] = await Promise.all(
    [1, 2].map((initializations) => value('gradsign', { architecture, initializations })),
  );
  const second = 2 * two - one;
  expect(second).not.toBe(one);
  expect(Math.abs(second / one - 1)).toBeLessThan(0.2);
  expect(await value('gradsign', { architecture, seed: SEED + 1 })).not.toBe(one);
});

it('stops at a checkpoint that throws, between chunks', async () => {
  const done: number[] = [];
  const stopped = evaluate(['gradsign'], {
    architecture: MIXED,
    chunkSize: 1,
    checkpoint: async () => {
      if (done.length === 2) throw new Error('cancelled');
    },
    onChunk: (chunk, total) => done.push(chunk / total),
  });
  await expect(stopped).rejects.toThrow('cancelled');
  expect(done).toEqual([0.25, 0.5]);
});
