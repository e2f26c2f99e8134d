import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import {
  BATCH,
  IMAGES,
  LOGITS,
  flops,
  initializeWeights,
  normalize,
  parameterCount,
  withWeights,
} from '@gradsign/network';
import { float32, sizeOf, specialize } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { zen } from '.';
import { NetworkOptionError } from '../errors';
import { BLOCK_TYPES } from './architecture';

const CIFAR10 = { imageShape: [3, 32, 32], classes: 10 } as const;
const IMAGENET = { imageShape: [3, 224, 224], classes: 1000 } as const;
const network = (text: string, options: Parameters<typeof zen.network>[1] = CIFAR10) =>
  zen.network(zen.parse(text), options);

const PUBLISHED_HALF =
  'SuperConvK3BNRELU(3,64,1,1)SuperResK1K5K1(64,168,1,16,3)SuperResK1K3K1(168,80,2,32,4)SuperResK1K5K1(80,112,2,16,3)' +
  'SuperResK1K5K1(112,144,1,24,3)SuperResK1K3K1(144,32,2,40,1)SuperConvK1BNRELU(32,512,1,1)';
const PUBLISHED_1M =
  'SuperConvK3BNRELU(3,88,1,1)SuperResK1K7K1(88,120,1,16,1)SuperResK1K7K1(120,192,2,16,3)' +
  'SuperResK1K5K1(192,224,1,24,4)SuperResK1K5K1(224,96,2,24,2)SuperResK1K3K1(96,168,2,40,3)' +
  'SuperResK1K3K1(168,112,1,48,3)SuperConvK1BNRELU(112,512,1,1)';
const PUBLISHED_2M =
  'SuperConvK3BNRELU(3,32,1,1)SuperResK1K5K1(32,120,1,40,1)SuperResK1K5K1(120,176,2,32,3)' +
  'SuperResK1K7K1(176,272,1,24,3)SuperResK1K3K1(272,176,1,56,3)SuperResK1K3K1(176,176,1,64,4)' +
  'SuperResK1K5K1(176,216,2,40,2)SuperResK1K3K1(216,72,2,56,2)SuperConvK1BNRELU(72,512,1,1)';
const PUBLISHED_LATENCY =
  'SuperConvK3BNRELU(3,24,2,1)SuperResK3K3(24,32,2,64,1)SuperResK5K5(32,64,2,32,1)SuperResK5K5(64,168,2,96,1)' +
  'SuperResK1K5K1(168,320,1,120,1)SuperResK1K5K1(320,640,2,304,3)SuperResK1K5K1(640,512,1,384,1)' +
  'SuperConvK1BNRELU(512,2384,1,1)';

// Millions of parameters that ZenNAS publishes beside these networks, to one digit.
test.each([
  [PUBLISHED_HALF, CIFAR10, '0.5'],
  [PUBLISHED_1M, CIFAR10, '1.0'],
  [PUBLISHED_2M, CIFAR10, '2.0'],
  [PUBLISHED_LATENCY, IMAGENET, '30.1'],
] as const)('%#: a published network has the published size', (text, images, millions) => {
  expect((parameterCount(network(text, images)) / 1e6).toFixed(1)).toBe(millions);
});

/** Shapes of the convolutions below `block.1`. */
const shapes = (text: string) =>
  network(`SuperConvK3BNRELU(3,8,1,1)${text}`)
    .weights.filter(({ path, role }) => role === 'conv' && path.startsWith('block.1.'))
    .map(({ path, shape }) => `${path.replace(/^block\.1\.layer\.(.*)\.weight$/, '$1')} ${shape.join()}`);

test('layers of a convolution block', () => {
  expect(shapes('SuperConvK5BNRELU(8,16,2,2)')).toEqual(['0 16,8,5,5', '1 16,16,5,5']);
});

test('layers of residual blocks: one unit, or two bottlenecks; the first one is projected', () => {
  expect(shapes('SuperResK3K3(8,8,1,24,2)')).toEqual([
    '0.unit.0.conv.0 24,8,3,3',
    '0.unit.0.conv.1 8,24,3,3',
    '0.unit.0.shortcut 8,8,1,1',
    '1.unit.0.conv.0 24,8,3,3',
    '1.unit.0.conv.1 8,24,3,3',
  ]);
  expect(shapes('SuperResK1K7K1(8,32,2,16,1)')).toEqual([
    '0.unit.0.conv.0 16,8,1,1',
    '0.unit.0.conv.1 16,16,7,7',
    '0.unit.0.conv.2 32,16,1,1',
    '0.unit.0.shortcut 32,8,1,1',
    '0.unit.1.conv.0 16,32,1,1',
    '0.unit.1.conv.1 16,16,7,7',
    '0.unit.1.conv.2 32,16,1,1',
  ]);
});

test('layers of inverted blocks: to the bottleneck and back, projected where the channels change', () => {
  expect(shapes('SuperResIDWE4K5(8,16,2,24,2)')).toEqual([
    ...['0.unit.0.conv.0 96,8,1,1', '0.unit.0.conv.1 96,1,5,5', '0.unit.0.conv.2 24,96,1,1'],
    '0.unit.0.shortcut 24,8,1,1',
    ...['0.unit.1.conv.0 64,24,1,1', '0.unit.1.conv.1 64,1,5,5', '0.unit.1.conv.2 16,64,1,1'],
    '0.unit.1.shortcut 16,24,1,1',
    ...['1.unit.0.conv.0 96,16,1,1', '1.unit.0.conv.1 96,1,5,5', '1.unit.0.conv.2 24,96,1,1'],
    '1.unit.0.shortcut 24,16,1,1',
    ...['1.unit.1.conv.0 64,24,1,1', '1.unit.1.conv.1 64,1,5,5', '1.unit.1.conv.2 16,64,1,1'],
    '1.unit.1.shortcut 16,24,1,1',
  ]);
});

test('only the first layer has the stride; normalisations have the epsilon of ZenNAS', () => {
  const { graph } = network('SuperResK1K3K1(3,8,2,8,2)');
  const strided = graph.nodes.filter(({ attributes }) => String(attributes.strides) === '2,2').map(({ name }) => name);
  expect(strided).toEqual(['block.0.layer.0.unit.0.conv.1', 'block.0.layer.0.unit.0.shortcut']);
  const norms = graph.nodes.filter(({ op }) => op === 'BatchNormalization');
  expect(new Set(norms.map(({ attributes }) => attributes.epsilon))).toEqual(new Set([1e-3]));
});

test('multiply-adds are those by hand', () => {
  // Stem; conv3x3 8→16 and 16→8 at 16², shortcut 8→8 with bias; linear with bias.
  const expected = 27 * 8 * 1024 + (2 * 9 * 8 * 16 + 64 + 8) * 256 + 90;
  expect(flops(network('SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,8,2,16,1)').graph)).toBe(expected);
});

test.each([
  [[3, 32, 32], 100],
  [[3, 16, 16], 120],
  [[1, 28, 28], 10],
  [[3, 224, 224], 1000],
  [[3, 9, 30], 10],
] as const)('images %j with %d classes', (imageShape, classes) => {
  const { graph, weights } = network(PUBLISHED_HALF, { imageShape, classes });
  expect(graph.outputs[0].shape).toEqual(['N', classes]);
  expect(weights[0].shape).toEqual([64, imageShape[0], 3, 3]);
});

test.each(BLOCK_TYPES.map(({ name, family }) => [name, family]))(
  '%s: a forward pass has finite logits that differ by image',
  async (name, family) => {
    const block = family === 'conv' ? `${name}(8,8,2,2)` : `${name}(8,16,2,8,2)`;
    const imageShape = [3, 7, 8] as const;
    const net = network(`SuperConvK3BNRELU(3,8,1,1)${block}`, { imageShape, classes: 5 });
    const weights = initializeWeights(net, { seed: 42, initialization: 0 });
    const graph = normalize(specialize(withWeights(net, weights), { [BATCH]: 2 }), 'sample');
    const images = new Float32Array(2 * sizeOf(imageShape));
    Stream.of(1, 'images').fillNormal(images, 0, 1);
    const session = await createOnnxRuntimeEngine().load(graph);
    const { [LOGITS]: logits } = await session.run({ [IMAGES]: float32(images, [2, ...imageShape]) });
    await session.release();
    const values = [...(logits.data as Float32Array)];
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.slice(0, 5)).not.toEqual(values.slice(5));
  },
);

test('blocks of convolutions are unrolled in the canonical form', () => {
  const canonical = (text: string) => zen.canonical(zen.parse(text), 'unrolled');
  const unrolled = 'SuperConvK3BNRELU(3,8,2,1)SuperConvK3BNRELU(8,8,1,1)SuperResK3K3(8,8,1,8,2)';
  expect(canonical('SuperConvK3BNRELU(3,8,2,2)SuperResK3K3(8,8,1,8,2)')).toBe(unrolled);
  expect(canonical(unrolled)).toBe(unrolled);
});

test.each([
  [{ imageShape: [3, 32, 0] }, 'imageShape[2] is 0: it must be a positive integer'],
  [{ imageShape: [0, 32, 32] }, 'imageShape[0] is 0: it must be a positive integer'],
  [{ classes: 2.5 }, 'classes is 2.5: it must be a positive integer'],
  [{ channels: 16 }, 'channels is 16: it must be absent: the architecture fixes the sizes of zen'],
  [{ cellsPerStage: 1 }, 'cellsPerStage is 1: it must be absent'],
] as const)('%j is refused', (change, message) => {
  expect(() => network(PUBLISHED_HALF, { ...CIFAR10, ...change })).toThrow(NetworkOptionError);
  expect(() => network(PUBLISHED_HALF, { ...CIFAR10, ...change })).toThrow(message);
});
