import { flops, initializeWeights, liveWeights, parameterCount, type Network } from '@gradsign/network';
import { NetworkOptionError } from '../errors';
import { INPUT, OPERATIONS, OUTPUT, type NasBench101Cell } from './architecture';
import { vertexChannels } from './channels';
import { cellAt, SIZE } from './enumeration';
import { graphOf } from './graph';
import { moduleHash } from './hash';
import { cellNetwork } from './network';

const CIFAR10 = { imageShape: [3, 32, 32], classes: 10 } as const;
const [CONV3, CONV1, POOL] = OPERATIONS;

/** Rows of bits: `011 001 000`. */
const cell = (rows: string, ...interior: string[]): NasBench101Cell => ({
  matrix: rows.split(' ').map((row) => [...row].map(Number)),
  ops: [INPUT, ...interior, OUTPUT],
});

/** The first row of the benchmark sorted by hash. */
const FIRST = cell('0100110 0010000 0001001 0000010 0000010 0000001 0000000', CONV3, POOL, CONV3, CONV3, CONV1);
/** Inception-like example of the published code. */
const INCEPTION = cell('0111010 0000001 0000001 0000100 0000001 0000001 0000000', CONV1, CONV3, CONV3, CONV3, POOL);
/** Vertices 1, 2, 3 share the output; vertex 1 feeds 3 and is cut where it has a channel more. */
const UNEVEN = cell('01100 00011 00001 00001 00000', CONV1, CONV3, POOL);
/** Vertices 2 and 3 feed the output, vertex 1 feeds both. */
const DIAMOND = cell('01000 00110 00001 00001 00000', CONV1, CONV3, POOL);

describe('channels', () => {
  test.each([
    ['the first vertices that feed the output take the remainder', UNEVEN, [128, 43, 43, 42, 128]],
    ['a vertex that does not feed it has the most of those that it feeds', DIAMOND, [128, 43, 43, 42, 85]],
    ['of input and output', cell('01 00'), [128, 256]],
  ])('%s', (_, given, expected) => {
    expect(vertexChannels(graphOf(given), 128, expected.at(-1)!)).toEqual(expected);
  });

  test('never grow along an edge between interior vertices', () => {
    for (let index = 0; index < SIZE; index += 499) {
      const graph = graphOf(cellAt(index));
      const channels = vertexChannels(graph, 16, 17);
      graph.sources.slice(1, -1).forEach((set, i) => {
        channels.slice(1, -1).forEach((size, source) => {
          if ((set >> (source + 1)) & 1) expect([0, 1]).toContain(size - channels[i + 1]);
        });
      });
    }
  });
});

describe('counts', () => {
  test.each([
    [FIRST, '00005c142e6f48ac74fdcf73e3439874', 8555530],
    [INCEPTION, undefined, 2694282],
  ])('of published cells', (given, hash, params) => {
    if (hash) expect(moduleHash(given)).toBe(hash);
    for (const variant of [undefined, 'published', 'trained'] as const) {
      expect(parameterCount(cellNetwork(given, { ...CIFAR10, variant }))).toBe(params);
    }
  });

  test('of the smallest cell, by hand', () => {
    const network = cellNetwork(cell('01 00'), CIFAR10);
    // Nine projections with normalisation: C² + 2C, and half of C² where the channels double.
    const projections = [128, 256, 512].map((c) => 3 * (c * c + 2 * c) - (c > 128 ? (c * c) / 2 : 0));
    expect(parameterCount(network)).toBe(27 * 128 + 256 + projections.reduce((a, b) => a + b) + 512 * 10 + 10);
    const area = [32 * 32, 16 * 16, 8 * 8];
    const multiplyAdds = projections.map((p, i) => (p - 6 * 128 * 2 ** i) * area[i]).reduce((a, b) => a + b);
    expect(flops(network.graph)).toBe(27 * 128 * area[0] + multiplyAdds + 5120 + 10);
  });

  test('unused vertices are no part of the network', () => {
    const unused = cell('0110100 0001100 0000000 0000010 0000010 0000001 0000000', CONV3, POOL, CONV1, CONV3, POOL);
    const used = cell('010100 001100 000010 000010 000001 000000', CONV3, CONV1, CONV3, POOL);
    expect(cellNetwork(unused, CIFAR10)).toEqual(cellNetwork(used, CIFAR10));
  });

  test('every convolution and linear weight is live', () => {
    for (let index = 7; index < SIZE; index += 30_011) {
      const network = cellNetwork(cellAt(index), { ...CIFAR10, channels: 16 });
      const layers = network.weights.filter(({ role }) => role === 'conv' || role === 'linear');
      expect(liveWeights(network)).toBe(layers.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0));
    }
  });
});

describe('structure', () => {
  const nodes = ({ graph }: Network, op: string) => graph.nodes.filter((node) => node.op === op).length;

  test('projections, truncation, concatenation', () => {
    const network = cellNetwork(UNEVEN, CIFAR10);
    expect(
      network.weights.filter(({ path }) => path.startsWith('cell.8.')).map(({ path, shape }) => [path, shape]),
    ).toEqual([
      ['cell.8.vertex.1.projection.weight', [171, 512, 1, 1]],
      ['cell.8.vertex.1.projection.norm.scale', [171]],
      ['cell.8.vertex.1.projection.norm.shift', [171]],
      [`cell.8.vertex.1.${CONV1}.weight`, [171, 171, 1, 1]],
      [`cell.8.vertex.1.${CONV1}.norm.scale`, [171]],
      [`cell.8.vertex.1.${CONV1}.norm.shift`, [171]],
      ['cell.8.vertex.2.projection.weight', [171, 512, 1, 1]],
      ['cell.8.vertex.2.projection.norm.scale', [171]],
      ['cell.8.vertex.2.projection.norm.shift', [171]],
      [`cell.8.vertex.2.${CONV3}.weight`, [171, 171, 3, 3]],
      [`cell.8.vertex.2.${CONV3}.norm.scale`, [171]],
      [`cell.8.vertex.2.${CONV3}.norm.shift`, [171]],
    ]);
    expect(nodes(network, 'Concat')).toBe(9);
    expect(nodes(network, 'Slice')).toBe(9);
    expect(nodes(network, 'MaxPool')).toBe(9 + 2);
    expect(nodes(network, 'Relu')).toBe(nodes(network, 'Conv'));
    expect(nodes(network, 'BatchNormalization')).toBe(nodes(network, 'Conv'));
    expect(nodes(network, 'Add')).toBe(0);
  });

  test('an edge from input to output is projected and added', () => {
    const network = cellNetwork(cell('011 001 000', POOL), CIFAR10);
    expect(network.weights.map(({ path }) => path)).toContain('cell.0.output.projection.weight');
    expect(nodes(network, 'Add')).toBe(9);
    expect(nodes(network, 'Concat')).toBe(0);
  });

  test('weights start as in the published code', () => {
    const network = cellNetwork(INCEPTION, CIFAR10);
    for (const { path, shape, role, init } of network.weights) {
      const expected = {
        conv: { kind: 'normal', std: Math.sqrt(2 / (shape[0] * shape[2] * shape[3])) },
        linear: { kind: 'normal', std: 0.01 },
        bias: { kind: 'constant', value: 0 },
        norm_scale: { kind: 'constant', value: 1 },
        norm_shift: { kind: 'constant', value: 0 },
      }[role];
      expect([path, init]).toEqual([path, expected]);
    }
    const { data } = initializeWeights(network, { seed: 42, initialization: 0 }).get('head.linear.weight')!;
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    expect(Math.abs(variance / 1e-4 - 1)).toBeLessThan(4 * Math.sqrt(2 / data.length));
  });

  test.each([
    [[3, 32, 32], 100],
    [[3, 16, 16], 120],
    [[1, 28, 28], 10],
    [[3, 224, 224], 1000],
    [[3, 32, 64], 10],
  ] as const)('images %j with %d classes', (imageShape, classes) => {
    const network = cellNetwork(UNEVEN, { imageShape, classes });
    expect(network.graph.outputs[0].shape).toEqual(['N', classes]);
    const standard = cellNetwork(UNEVEN, CIFAR10);
    const own = 27 * 128 + 513 * 10;
    const expected = parameterCount(standard) - own + 9 * imageShape[0] * 128 + 513 * classes;
    expect(parameterCount(network)).toBe(expected);
    const body = (flops(standard.graph) - 513 * 10) / 1024 - 27 * 128;
    const pixels = imageShape[1] * imageShape[2];
    expect(flops(network.graph)).toBe((body + 9 * imageShape[0] * 128) * pixels + 513 * classes);
  });

  test('smaller networks', () => {
    const { weights } = cellNetwork(UNEVEN, { ...CIFAR10, channels: 4, cellsPerStage: 1 });
    expect(weights.find(({ path }) => path === 'stem.weight')!.shape).toEqual([4, 3, 3, 3]);
    expect(weights.find(({ path }) => path === `cell.2.vertex.2.${CONV3}.weight`)!.shape).toEqual([5, 5, 3, 3]);
    expect(weights.some(({ path }) => path.startsWith('cell.3.'))).toBe(false);
  });

  test.each([
    [{ imageShape: [3, 30, 32] }, 'imageShape[1] is 30: nas-bench-101 halves height and width 2 times'],
    [{ imageShape: [3, 32, 0] }, 'imageShape[2] is 0'],
    [{ imageShape: [0, 32, 32] }, 'imageShape[0] is 0: it must be a positive integer'],
    [{ classes: 2.5 }, 'classes is 2.5: it must be a positive integer'],
    [{ channels: 0 }, 'channels is 0'],
    [{ channels: 2 }, "channels is 2: it must be at least 3, one channel for each vertex that feeds the cell's output"],
    [{ cellsPerStage: -1 }, 'cellsPerStage is -1'],
  ] as const)('%j is refused', (change, message) => {
    expect(() => cellNetwork(UNEVEN, { ...CIFAR10, ...change })).toThrow(NetworkOptionError);
    expect(() => cellNetwork(UNEVEN, { ...CIFAR10, ...change })).toThrow(message);
  });
});
