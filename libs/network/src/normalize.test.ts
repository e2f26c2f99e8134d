import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { GraphBuilder, float32, type Graph, type Node, type Tensor } from '@gradsign/onnx';
import { NetworkError } from './network-error';
import { normalize } from './normalize';

const EPSILON = 1e-3;

/** Two samples, two channels, `width` pixels; scale (2, −1), shift (0.5, 3). */
function graph(samples = 2, width = 3, attributes: Node['attributes'] = { training_mode: 1 }): Graph {
  const b = new GraphBuilder('g');
  const inputs = [
    b.input('x', 'float32', [samples, 2, 1, width]),
    b.initializer('scale', float32([2, -1])),
    b.initializer('shift', float32([0.5, 3])),
    b.initializer('mean', float32([1, 2])),
    b.initializer('var', float32([4, 9])),
  ];
  const outputs = attributes.training_mode === 1 ? ['norm', 'norm.mean', 'norm.var'] : ['norm'];
  b.append({
    op: 'BatchNormalization',
    name: 'norm',
    inputs: inputs.map(({ name }) => name),
    outputs,
    attributes: { ...attributes, epsilon: EPSILON },
  });
  b.output(b.value('norm'), 'y');
  return b.build();
}

async function run(g: Graph, x: Tensor): Promise<number[]> {
  const session = await createOnnxRuntimeEngine().load(g);
  const { y } = await session.run({ x });
  await session.release();
  return [...(y.data as Float32Array)];
}

const X = [1, 2, 6, 0, 0, 3, -4, 5, 5, 10, 20, 70];
const x = float32(X, [2, 2, 1, 3]);

/** Values normalised by mean and variance of their group, then scaled and shifted by channel. */
function expected(statistics: (channel: number, sample: number) => { mean: number; variance: number }): number[] {
  return X.map((value, i) => {
    const [sample, channel] = [Math.floor(i / 6), Math.floor(i / 3) % 2];
    const { mean, variance } = statistics(channel, sample);
    return ((value - mean) / Math.sqrt(variance + EPSILON)) * [2, -1][channel] + [0.5, 3][channel];
  });
}

function moments(values: number[]) {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return { mean, variance: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length };
}

const pixels = (sample: number, channel: number) => X.slice(sample * 6 + channel * 3, sample * 6 + channel * 3 + 3);

function expectClose(actual: number[], wanted: number[]) {
  expect(actual).toHaveLength(wanted.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 5));
}

test('batch: statistics of the whole batch, for graphs of inference too', async () => {
  const wanted = expected((channel) => moments([...pixels(0, channel), ...pixels(1, channel)]));
  expectClose(await run(normalize(graph(), 'batch'), x), wanted);
  expect(normalize(graph(), 'batch')).toEqual(graph());
  expectClose(await run(normalize(graph(2, 3, {}), 'batch'), x), wanted);
});

test('sample: the statistics of each sample, which is batch for a batch of one', async () => {
  const together = await run(normalize(graph(), 'sample'), x);
  expectClose(
    together,
    expected((channel, sample) => moments(pixels(sample, channel))),
  );
  for (const sample of [0, 1]) {
    const one = float32(X.slice(6 * sample, 6 * sample + 6), [1, 2, 1, 3]);
    expectClose(await run(normalize(graph(1), 'batch'), one), together.slice(6 * sample, 6 * sample + 6));
  }
});

test('sample: a single value a channel has no statistics', () => {
  expect(() => normalize(graph(2, 1), 'sample')).toThrow(NetworkError);
  expect(() => normalize(graph(2, 1), 'sample')).toThrow(
    '"norm" normalises a single value a channel (input [2,2,1,1])',
  );
});

test('removed: the identity', async () => {
  const removed = normalize(graph(), 'removed');
  expect(await run(removed, x)).toEqual(X);
  expect([...removed.initializers.keys()]).toEqual([]);
});

test('inference: given statistics, or those of the graph', async () => {
  const own = expected((channel) => ({ mean: [1, 2][channel], variance: [4, 9][channel] }));
  expectClose(await run(normalize(graph(), 'inference'), x), own);
  const statistics = new Map([
    ['norm.running_mean', float32([-1, 0])],
    ['norm.running_var', float32([1, 16])],
    ['another.running_mean', float32([0])],
  ]);
  const given = normalize(graph(), 'inference', { statistics });
  expectClose(
    await run(given, x),
    expected((channel) => ({ mean: [-1, 0][channel], variance: [1, 16][channel] })),
  );
  expect([...given.initializers.keys()]).toEqual(['scale', 'shift', 'norm.running_mean', 'norm.running_var']);
  statistics.delete('norm.running_var');
  expect(() => normalize(graph(), 'inference', { statistics })).toThrow('"norm" has no "norm.running_var"');
});

test('select leaves the other nodes as they are', () => {
  expect(normalize(graph(), 'removed', { select: ({ name }) => name !== 'norm' })).toEqual(graph());
});

test('running statistics that are read exist in batch mode only', () => {
  const b = GraphBuilder.from(graph());
  b.output(b.value('norm.mean'), 'mean_out');
  expect(() => normalize(b.build(), 'batch')).not.toThrow();
  expect(() => normalize(b.build(), 'sample')).toThrow('"norm" has its running statistics read as "norm.mean"');
});
