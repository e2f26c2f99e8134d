import {
  flops,
  initializeWeights,
  liveWeights,
  normalize,
  parameterCount,
  pruneNetwork,
  type Network,
} from '@gradsign/network';
import { Random, Stream } from '@gradsign/random';
import { NetworkOptionError } from '../errors';
import type { NetworkOptions } from '../search-space';
import { EDGES, NODES, OPERATIONS, incomingEdges, type NasBench201Cell } from './architecture';
import { enumerateCells } from './enumeration';
import { cellNetwork } from './network';
import { parseCell } from './notation';
import { sampleCell } from './variation';

const CIFAR10 = { imageShape: [3, 32, 32], classes: 10 } as const;

const cells = (count: number, name: string) => {
  const random = new Random(Stream.of(1, 'test', name));
  return Array.from({ length: count }, () => sampleCell(random));
};

describe('counts', () => {
  // `params` and `flop` (millions) of the NATS-Bench files 000000, 000011 and 000284.
  test.each([
    [
      '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|',
      0.129306,
      15.64737,
    ],
    ['|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|', 0.802426, 113.95137],
    ['|skip_connect~0|+|skip_connect~0|skip_connect~1|+|none~0|nor_conv_1x1~1|none~2|', 0.101306, 11.71521],
  ])('%s has the published costs', (text, params, multiplyAdds) => {
    const cell = parseCell(text);
    for (const variant of [undefined, 'trained'] as const) {
      const network = cellNetwork(cell, { ...CIFAR10, variant });
      expect(parameterCount(network) / 1e6).toBe(params);
      expect(flops(network.graph) / 1e6).toBe(multiplyAdds);
    }
  });

  test('have the published values on the other data sets', () => {
    const cell = parseCell(
      '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|',
    );
    const cifar100 = cellNetwork(cell, { ...CIFAR10, classes: 100 });
    expect([parameterCount(cifar100), flops(cifar100.graph)]).toEqual([135156, 15653220]);
    const imagenet16 = cellNetwork(cell, { imageShape: [3, 16, 16], classes: 120 });
    expect([parameterCount(imagenet16), flops(imagenet16.graph)]).toEqual([136456, 3919480]);
  });

  /** Live weights of the network by hand, or 0 where the cell's output does not depend on its input. */
  function liveByHand(cell: NasBench201Cell): number {
    const reached = [true, false, false, false];
    for (let target = 1; target < NODES; target++) {
      reached[target] = incomingEdges(target).some((e) => cell[e] !== 'none' && reached[EDGES[e].source]);
    }
    const needed = [false, false, false, true];
    for (let source = NODES - 2; source >= 0; source--) {
      needed[source] = EDGES.some((edge, e) => edge.source === source && cell[e] !== 'none' && needed[edge.target]);
    }
    if (!reached[NODES - 1]) return 0;
    const live = cell.filter((_, e) => reached[EDGES[e].source] && needed[EDGES[e].target]);
    const kernels = live.reduce((sum, op) => sum + (op === 'nor_conv_3x3' ? 9 : op === 'nor_conv_1x1' ? 1 : 0), 0);
    const perKernel = 5 * (16 ** 2 + 32 ** 2 + 64 ** 2);
    return 432 + 14336 + 57344 + 640 + kernels * perKernel;
  }

  test('live weights take 29 values over the space', () => {
    const counts = new Set([...enumerateCells()].map(liveByHand));
    expect(counts.size).toBe(29);
    expect(counts).toContain(0);
    expect(Math.max(...counts)).toBe(72752 + 54 * 26880);
  });

  test('live weights of whole networks agree with those by hand', () => {
    const disconnected = OPERATIONS.map(() => 'none' as const);
    const sample = [...cells(25, 'live'), [...disconnected, 'nor_conv_3x3'] as NasBench201Cell];
    for (const cell of sample) {
      const network = cellNetwork(cell, CIFAR10);
      expect([cell, liveWeights(network)]).toEqual([cell, liveByHand(cell)]);
      if (liveByHand(cell) > 0) {
        const kept = pruneNetwork(network).weights.filter(({ role }) => role === 'conv' || role === 'linear');
        const elements = kept.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
        expect(elements.reduce((a, b) => a + b)).toBe(liveByHand(cell));
      }
    }
  });
});

describe('structure', () => {
  const cell = parseCell('|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|');

  test('an edge with the same operation has the same weights in every architecture', () => {
    const other = parseCell('|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|none~0|none~1|none~2|');
    const small = { ...CIFAR10, channels: 2 };
    const values = (network: Network) => initializeWeights(network, { seed: 42, initialization: 0 });
    const [a, b] = [values(cellNetwork(cell, small)), values(cellNetwork(other, small))];
    const path = 'cell.14.edge.0-1.nor_conv_3x3.weight';
    expect(a.get(path)!.shape).toEqual([8, 8, 3, 3]);
    expect(b.get(path)).toEqual(a.get(path));
    const shared = [...a.keys()].filter((key) => b.has(key));
    expect(shared.filter((key) => key.startsWith('cell.'))).toHaveLength(15);
    for (const key of shared) expect(b.get(key)).toEqual(a.get(key));
  });

  test('only chosen operations exist, and none is executed', () => {
    const network = cellNetwork(cell, CIFAR10);
    const conv = network.weights.filter(({ path }) => path.startsWith('cell.0.')).map(({ path }) => path);
    expect(conv).toEqual(['cell.0.edge.0-1.nor_conv_3x3.weight', 'cell.0.edge.1-2.nor_conv_1x1.weight']);
    const nodes = (op: string) => network.graph.nodes.filter((node) => node.op === op).length;
    expect(nodes('Mul')).toBe(2 * 15);
    expect(nodes('Relu')).toBe(2 * 15 + 4 + 1);
    expect(nodes('AveragePool')).toBe(15 + 2);
    expect(nodes('Conv')).toBe(1 + 2 * 15 + 2 * 3);
  });

  test('variants differ in the weights of the cells only', () => {
    const extra = (variant: NetworkOptions['variant']) => {
      const standard = new Set(cellNetwork(cell, CIFAR10).weights.map(({ path }) => path));
      const paths = cellNetwork(cell, { ...CIFAR10, variant }).weights.map(({ path }) => path);
      return paths.filter((path) => !standard.has(path));
    };
    const published = extra('published');
    expect(published).toHaveLength(30);
    expect(published[0]).toBe('cell.0.edge.0-1.nor_conv_3x3.bias');
    const trained = extra('trained');
    expect(trained).toHaveLength(60);
    expect(trained.slice(0, 2)).toEqual([
      'cell.0.edge.0-1.nor_conv_3x3.norm.scale',
      'cell.0.edge.0-1.nor_conv_3x3.norm.shift',
    ]);
  });

  test.each([
    [[3, 32, 32], 100, 8],
    [[3, 16, 16], 120, 4],
    [[1, 28, 28], 10, 7],
    [[3, 224, 224], 1000, 56],
    [[3, 32, 64], 10, 8],
  ] as const)('images %j with %d classes end at %d rows', (imageShape, classes, rows) => {
    const { graph, weights } = cellNetwork(cell, { imageShape, classes });
    expect(graph.outputs[0].shape).toEqual(['N', classes]);
    expect(weights[0].shape).toEqual([16, imageShape[0], 3, 3]);
    const pixels = flops(graph) - flops(cellNetwork(cell, { imageShape, classes, cellsPerStage: 4 }).graph);
    // One cell less in each stage: 10 kernels of C² at C = 16 on all pixels, and as much in the other stages.
    expect(pixels).toBe(3 * 10 * 16 ** 2 * 16 * rows * ((rows * imageShape[2]) / imageShape[1]));
  });

  test.each([
    [{ imageShape: [3, 30, 32] }, 'imageShape[1] is 30: nas-bench-201 halves height and width 2 times'],
    [{ imageShape: [3, 32, 0] }, 'imageShape[2] is 0'],
    [{ imageShape: [0, 32, 32] }, 'imageShape[0] is 0: it must be a positive integer'],
    [{ classes: 2.5 }, 'classes is 2.5: it must be a positive integer'],
    [{ channels: 0 }, 'channels is 0'],
    [{ cellsPerStage: -1 }, 'cellsPerStage is -1'],
  ] as const)('%j is refused', (change, message) => {
    expect(() => cellNetwork(cell, { ...CIFAR10, ...change })).toThrow(NetworkOptionError);
    expect(() => cellNetwork(cell, { ...CIFAR10, ...change })).toThrow(message);
  });

  test('sizes that leave one pixel have no statistics of a single sample', () => {
    const { graph } = cellNetwork(cell, { imageShape: [3, 4, 4], classes: 4, cellsPerStage: 1 });
    expect(() => normalize(graph, 'batch')).not.toThrow();
    expect(() => normalize(graph, 'sample')).toThrow('"reduction.1.norm.0" normalises a single value a channel');
  });
});
