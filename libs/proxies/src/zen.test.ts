import { NetworkBuilder } from '@gradsign/network';
import { tensor, type Graph, type Tensor } from '@gradsign/onnx';
import { zen, zenDraws } from './zen';

const build = new NetworkBuilder({ name: 'tiny', imageShape: [1, 2, 2], classes: 3 });
const convolution = build.conv(build.images, 'conv', { out: 2, kernel: 1, bias: true });
const feature = build.relu(build.batchNorm(convolution, 'norm'));
const network = build.build(build.linear(build.globalAveragePool(feature), 'linear', { out: 3 }));

/** The feature map [16, 2, 2, 2] and the variance of each channel, for the convolution's weights and images. */
function forward(weights: ArrayLike<number>, images: ArrayLike<number>) {
  const map = new Float64Array(16 * 2 * 4);
  const variances = [0, 1].map((channel) => {
    const z = Array.from({ length: 16 * 4 }, (_, k) => weights[channel] * images[k]);
    const mean = z.reduce((a, b) => a + b, 0) / z.length;
    const variance = z.reduce((sum, v) => sum + (v - mean) ** 2, 0) / z.length;
    z.forEach((v, k) => {
      const at = Math.floor(k / 4) * 8 + channel * 4 + (k % 4);
      map[at] = Math.max(0, (v - mean) / Math.sqrt(variance + 1e-5));
    });
    return variance;
  });
  return { map, variances };
}

/** Evaluates the proxy with the network computed here. */
async function evaluate(initialization = 0) {
  const runs: { graph: Graph; feeds: Readonly<Record<string, Tensor>> }[] = [];
  const run = async (graph: Graph, feeds: Readonly<Record<string, Tensor>>) => {
    runs.push({ graph, feeds });
    const { map, variances } = forward(feeds['conv.weight'].data as Float32Array, feeds.images.data as Float32Array);
    const [featureMap, variance] = graph.outputs.map(({ name }) => name);
    return {
      [featureMap]: tensor('float64', [16, 2, 2, 2], map),
      [variance]: tensor('float64', [2], Float64Array.from(variances)),
    };
  };
  const subject = { network, architecture: '', seed: 7, initialization, weights: new Map(), run };
  return { result: await zen.evaluate({ ...subject, checkpoint: async () => {} }), runs };
}

it('is what the definition says, for a network computed by hand', async () => {
  let expected = 0;
  let running = [1, 1];
  for (let repeat = 0; repeat < 32; repeat++) {
    const draws = zenDraws(network, network, { seed: 7, initialization: 0, repeat });
    const weights = draws.weights.get('conv.weight')!.data;
    const [one, other] = [draws.images, draws.perturbed].map(({ data }) => forward(weights, data));
    for (const { variances } of [one, other]) {
      running = running.map((v, channel) => 0.9 * v + (0.1 * variances[channel] * 64) / 63);
    }
    const distance = one.map.reduce((sum, v, k) => sum + Math.abs(v - other.map[k]), 0);
    expected += Math.log(distance / 16) + 0.5 * Math.log((running[0] + running[1]) / 2);
  }
  const { result } = await evaluate();
  expect(result.value).toBeCloseTo(expected / 32, 12);
  expect(result).toEqual({ value: result.value, weights: 2 + 2 + 2 + 2, nanCount: 0 });
});

it('runs one graph up to the last feature map, on two batches a repeat', async () => {
  const { runs } = await evaluate();
  expect(runs).toHaveLength(64);
  expect(new Set(runs.map(({ graph }) => graph)).size).toBe(1);
  const [{ graph, feeds }] = runs;
  expect(graph.outputs[0].shape).toEqual([16, 2, 2, 2]);
  expect(graph.inputs.map(({ name }) => name).sort()).toEqual([
    'conv.bias',
    'conv.weight',
    'images',
    'norm.scale',
    'norm.shift',
  ]);
  expect([...(feeds['conv.bias'].data as Float32Array)]).toEqual([0, 0]);
  expect([...(feeds['norm.scale'].data as Float32Array)]).toEqual([1, 1]);
  expect([...(feeds['norm.shift'].data as Float32Array)]).toEqual([0, 0]);
});

it('draws weights, input and perturbation anew for each repeat and initialisation', async () => {
  const draws = [0, 1].flatMap((initialization) =>
    [0, 1].map((repeat) => zenDraws(network, network, { seed: 7, initialization, repeat })),
  );
  expect(new Set(draws.map(({ weights }) => weights.get('conv.weight')!.data[0])).size).toBe(4);
  expect(new Set(draws.map(({ images }) => images.data[0])).size).toBe(4);
  for (const { images, perturbed } of draws) {
    const noise = images.data.map((x, k) => (perturbed.data[k] - x) / 0.01);
    const square = noise.reduce((sum, e) => sum + e * e, 0) / noise.length;
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / noise.length));
  }
  expect((await evaluate(1)).result.value).not.toBe((await evaluate(0)).result.value);
});
