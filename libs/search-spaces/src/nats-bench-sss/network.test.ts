import { flops, initializeWeights, liveWeights, parameterCount } from '@gradsign/network';
import { NetworkOptionError } from '../errors';
import { sizesNetwork } from './network';
import { parseSizes } from './notation';

const CIFAR10 = { imageShape: [3, 32, 32], classes: 10 } as const;

// `params` and `flop` of the NATS-Bench files 000000, 000011 and 000284, all four data sets.
const CIFAR100 = { ...CIFAR10, classes: 100 } as const;
const IMAGENET16 = { imageShape: [3, 16, 16], classes: 120 } as const;
test.each([
  ['8:8:8:8:8', CIFAR10, 11714, 4481114],
  ['8:8:8:8:8', CIFAR100, 12524, 4481924],
  ['8:8:8:8:8', IMAGENET16, 12704, 1121336],
  ['8:8:8:16:32', CIFAR10, 49202, 6840650],
  ['8:8:8:16:32', CIFAR100, 52172, 6843620],
  ['8:8:8:16:32', IMAGENET16, 52832, 1714040],
  ['8:8:40:32:40', CIFAR10, 144834, 21827994],
  ['8:8:40:32:40', CIFAR100, 148524, 21831684],
  ['8:8:40:32:40', IMAGENET16, 149344, 5461816],
] as const)('%s has the published costs on %j', (text, images, params, multiplyAdds) => {
  for (const variant of [undefined, 'published', 'trained'] as const) {
    const network = sizesNetwork(parseSizes(text), { ...images, variant });
    expect([parameterCount(network), flops(network.graph)]).toEqual([params, multiplyAdds]);
  }
});

const SIZES = parseSizes('8:16:24:24:64');

test('a skip has weights only where the channels change', () => {
  const paths = sizesNetwork(SIZES, CIFAR10).weights.map(({ path }) => path);
  const skips = (text: string) =>
    sizesNetwork(parseSizes(text), CIFAR10).weights.filter(({ path }) => path.includes('skip_connect.weight'));
  expect(skips('8:16:24:24:64').map(({ path }) => path)).toEqual([
    'layer.2.edge.0-3.skip_connect.weight',
    'layer.4.edge.0-3.skip_connect.weight',
  ]);
  expect(skips('8:16:16:24:24')).toEqual([]);
  expect(paths.filter((path) => path.startsWith('layer.1.'))).toEqual([
    'layer.1.conv.0.weight',
    'layer.1.conv.0.norm.scale',
    'layer.1.conv.0.norm.shift',
    'layer.1.conv.1.weight',
    'layer.1.conv.1.norm.scale',
    'layer.1.conv.1.norm.shift',
    'layer.1.shortcut.weight',
  ]);
});

test('every convolution and linear weight is live, and starts at PyTorch defaults', () => {
  const network = sizesNetwork(SIZES, CIFAR10);
  const layers = network.weights.filter(({ role }) => role === 'conv' || role === 'linear');
  expect(liveWeights(network)).toBe(layers.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0));
  const stem = initializeWeights(network, { seed: 42, initialization: 0 }).get('stem.conv.weight')!;
  expect(stem.shape).toEqual([8, 3, 3, 3]);
  const largest = stem.data.reduce((max, value) => (Math.abs(value) > max ? Math.abs(value) : max), 0);
  expect(largest).toBeGreaterThan(0.95 / Math.sqrt(27));
  expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(27));
});

test.each([
  [[3, 32, 32], 100],
  [[3, 16, 16], 120],
  [[1, 28, 28], 10],
  [[3, 224, 224], 1000],
  [[3, 32, 64], 10],
] as const)('images %j with %d classes', (imageShape, classes) => {
  const network = sizesNetwork(SIZES, { imageShape, classes });
  expect(network.graph.outputs[0].shape).toEqual(['N', classes]);
  const own = (images: { imageShape: readonly [number, number, number]; classes: number }) => {
    const { graph, weights } = sizesNetwork(SIZES, images);
    const fixed = 9 * images.imageShape[0] * 8;
    const elements = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    // All but stem and classes: the same parameters, and multiply-adds in proportion to the pixels.
    const pixels = images.imageShape[1] * images.imageShape[2];
    return [elements - fixed - 65 * images.classes, (flops(graph) - 65 * images.classes) / pixels - fixed];
  };
  expect(own({ imageShape, classes })).toEqual(own(CIFAR10));
});

test.each([
  [{ imageShape: [3, 30, 32] }, 'imageShape[1] is 30: nats-bench-sss halves height and width 2 times'],
  [{ imageShape: [3, 32, 0] }, 'imageShape[2] is 0'],
  [{ imageShape: [0, 32, 32] }, 'imageShape[0] is 0: it must be a positive integer'],
  [{ classes: 2.5 }, 'classes is 2.5: it must be a positive integer'],
  [{ channels: 16 }, 'channels is 16: it must be absent: the architecture fixes the sizes of nats-bench-sss'],
  [{ cellsPerStage: 1 }, 'cellsPerStage is 1: it must be absent'],
] as const)('%j is refused', (change, message) => {
  expect(() => sizesNetwork(SIZES, { ...CIFAR10, ...change })).toThrow(NetworkOptionError);
  expect(() => sizesNetwork(SIZES, { ...CIFAR10, ...change })).toThrow(message);
});
