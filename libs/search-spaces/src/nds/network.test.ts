import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import {
  BATCH,
  IMAGES,
  LOGITS,
  NetworkBuilder,
  initializeWeights,
  normalize,
  withWeights,
  type Network,
} from '@gradsign/network';
import { float32, specialize } from '@gradsign/onnx';
import { Random, Stream } from '@gradsign/random';
import { NetworkOptionError } from '../errors';
import { cellOf, type NdsArchitecture } from './architecture';
import { amoeba, darts, enas, nasnet, pnas } from './design-space';
import { factorizedReduction } from './layers';
import { ndsNetwork } from './network';
import { operations, type Operation } from './operations';
import { sampleNds } from './variation';

const CIFAR10 = { imageShape: [3, 32, 32], classes: 10 } as const;
const spaces = [darts, enas, pnas, nasnet, amoeba].map((space) => [space.name, space] as const);
const sampled = (name: string, space = darts) => sampleNds(space, new Random(Stream.of(3, 'test', name)));

/** Every node is two operations on the cell's inputs. */
const skips: NdsArchitecture = (() => {
  const edges = Array.from({ length: 8 }, (_, i) => ({ operation: 'skip_connect' as const, source: i % 2 }));
  return { normal: cellOf(darts, edges), reduce: cellOf(darts, edges), width: 4, depth: 3 };
})();

describe('operations', () => {
  /** Kernel, stride, pads at the begin, dilation and groups of the windows of an operation on 6 channels. */
  const windows = (operation: Operation, stride: number) => {
    const build = new NetworkBuilder({ name: 'test', imageShape: [6, 9, 8], classes: 2 });
    const y = operations[operation](build, build.images, 'op', stride);
    expect(y.shape).toEqual(['N', 6, stride === 2 ? 5 : 9, stride === 2 ? 4 : 8]);
    build.graph.output(y, 'y');
    return build.graph
      .build()
      .nodes.filter(({ attributes }) => 'kernel_shape' in attributes)
      .map(({ op, attributes: { kernel_shape, strides, pads, dilations, group } }) =>
        [op, kernel_shape, strides, (pads as number[]).slice(0, 2), dilations, group]
          .filter((attribute) => attribute !== undefined)
          .map(String)
          .join(' '),
      );
  };

  test.each<[Operation, string[]]>([
    ['none', []],
    ['avg_pool_3x3', ['AveragePool 3,3 2,2 1,1']],
    ['max_pool_3x3', ['MaxPool 3,3 2,2 1,1']],
    ['max_pool_5x5', ['MaxPool 5,5 2,2 2,2']],
    ['max_pool_7x7', ['MaxPool 7,7 2,2 3,3']],
    ['conv_1x1', ['Conv 1,1 2,2 0,0 1,1 1']],
    ['conv_3x3', ['Conv 3,3 2,2 1,1 1,1 1']],
    ['conv_3x1_1x3', ['Conv 1,3 1,2 0,1 1,1 1', 'Conv 3,1 2,1 1,0 1,1 1']],
    ['conv_7x1_1x7', ['Conv 1,7 1,2 0,3 1,1 1', 'Conv 7,1 2,1 3,0 1,1 1']],
    ['dil_conv_3x3', ['Conv 3,3 2,2 2,2 2,2 6', 'Conv 1,1 1,1 0,0 1,1 1']],
    ['dil_conv_5x5', ['Conv 5,5 2,2 4,4 2,2 6', 'Conv 1,1 1,1 0,0 1,1 1']],
    ...([3, 5, 7] as const).map((k): [Operation, string[]] => [
      `sep_conv_${k}x${k}` as Operation,
      [2, 1].flatMap((stride) => {
        const pad = (k - 1) / 2;
        return [`Conv ${k},${k} ${stride},${stride} ${pad},${pad} 1,1 6`, 'Conv 1,1 1,1 0,0 1,1 1'];
      }),
    ]),
    [
      'dil_sep_conv_3x3',
      [2, 1].flatMap((stride) => [`Conv 3,3 ${stride},${stride} 2,2 2,2 6`, 'Conv 1,1 1,1 0,0 1,1 1']),
    ],
    ['skip_connect', ['Conv 1,1 2,2 0,0 1,1 1', 'Conv 1,1 2,2 0,0 1,1 1']],
  ])('%s', (operation, expected) => {
    expect(windows(operation, 2)).toEqual(expected);
    windows(operation, 1);
  });

  test('a factorized reduction takes even pixels for half of the channels and odd ones for the others', async () => {
    const build = new NetworkBuilder({ name: 'test', imageShape: [1, 5, 4], classes: 2 });
    const y = factorizedReduction(build, build.images, 'reduction', 2);
    const network = build.build(build.linear(build.globalAveragePool(y), 'head', { out: 2 }));
    const values = new Map([...initializeWeights(network, { seed: 1, initialization: 0 })]);
    for (const i of [0, 1]) values.set(`reduction.conv.${i}.weight`, float32([1], [1, 1, 1, 1]));
    const graph = { ...specialize(withWeights(network, values), { [BATCH]: 1 }) };
    const conv = (i: number) => ({ name: `reduction.conv.${i}`, dtype: 'float32', shape: [1, 1, 3, 2] }) as const;
    const session = await createOnnxRuntimeEngine().load({ ...graph, outputs: [conv(0), conv(1)] });
    const pixels = float32(
      Array.from({ length: 20 }, (_, i) => i),
      [1, 1, 5, 4],
    );
    const outputs = await session.run({ [IMAGES]: pixels });
    await session.release();
    expect([...(outputs['reduction.conv.0'].data as Float32Array)]).toEqual([0, 2, 8, 10, 16, 18]);
    // The shifted image has a row and a column of zeros at the end: only an odd size reads them.
    expect([...(outputs['reduction.conv.1'].data as Float32Array)]).toEqual([5, 7, 13, 15, 0, 0]);
  });
});

describe('structure', () => {
  test('weights are named by cell, edge and operation; reductions are factorized where an input is larger', () => {
    const { weights } = ndsNetwork('nds-darts', skips, CIFAR10);
    const layers = weights.filter(({ role }) => role === 'conv' || role === 'linear');
    expect(layers.filter(({ path }) => !path.includes('.edge.')).map(({ path, shape }) => [path, shape])).toEqual([
      ['stem.conv.weight', [12, 3, 3, 3]],
      ['cell.0.input.0.conv.weight', [4, 12, 1, 1]],
      ['cell.0.input.1.conv.weight', [4, 12, 1, 1]],
      ['cell.1.input.0.conv.weight', [8, 12, 1, 1]],
      ['cell.1.input.1.conv.weight', [8, 16, 1, 1]],
      ['cell.2.input.0.conv.0.weight', [8, 16, 1, 1]],
      ['cell.2.input.0.conv.1.weight', [8, 16, 1, 1]],
      ['cell.2.input.1.conv.weight', [16, 32, 1, 1]],
      ['head.linear.weight', [10, 64]],
    ]);
    expect(layers.filter(({ path }) => path.startsWith('cell.1.edge.0-2'))).toMatchObject([
      { path: 'cell.1.edge.0-2.0.skip_connect.conv.0.weight', shape: [4, 8, 1, 1] },
      { path: 'cell.1.edge.0-2.0.skip_connect.conv.1.weight', shape: [4, 8, 1, 1] },
    ]);
  });

  test.each([
    [1, [0]],
    [2, [0, 1]],
    [3, [1, 2]],
    [4, [1, 2]],
    [20, [6, 13]],
  ])('of %d cells, %j are reductions', (depth, reductions) => {
    const { weights } = ndsNetwork('nds-darts', { ...skips, depth }, CIFAR10);
    const cells = weights.flatMap(({ path }) => /^cell\.(\d+)\.edge\.0-2.*conv\.0\.weight$/.exec(path)?.[1] ?? []);
    expect(cells.map(Number)).toEqual(reductions);
  });

  test('channels replace the width, cells of a stage the depth', () => {
    const small = ndsNetwork('nds-darts', sampled('small'), { ...CIFAR10, channels: 6, cellsPerStage: 2 });
    const same = ndsNetwork('nds-darts', { ...sampled('small'), width: 6, depth: 6 }, CIFAR10);
    expect(small.weights).toEqual(same.weights);
  });

  test('every variant is the same network', () => {
    const weights = (variant?: 'published' | 'trained') =>
      ndsNetwork('nds-darts', sampled('variant'), { ...CIFAR10, variant }).weights;
    expect(weights('published')).toEqual(weights());
    expect(weights('trained')).toEqual(weights());
  });
});

describe.each(spaces)('%s', (name, space) => {
  test.each([
    [[3, 32, 32], 10],
    [[3, 32, 32], 100],
    [[3, 16, 16], 120],
    [[1, 28, 28], 10],
    [[3, 224, 224], 1000],
    [[3, 17, 30], 10],
    [[3, 4, 5], 2],
  ] as const)('images %j with %d classes', (imageShape, classes) => {
    const { graph, weights } = ndsNetwork(name, sampled(`${name} sizes`, space), { imageShape, classes });
    expect(graph.outputs[0].shape).toEqual(['N', classes]);
    expect(weights[0].shape[1]).toBe(imageShape[0]);
    const { width } = sampled(`${name} sizes`, space);
    expect(weights[0].shape[0]).toBe(imageShape[1] === 224 ? width / 2 : 3 * width);
  });

  test('a forward pass has finite logits that differ by image, on odd sizes and with every normalisation', async () => {
    const small = { imageShape: [3, 13, 14], classes: 7, channels: 4, cellsPerStage: 1 } as const;
    const network = ndsNetwork(name, sampled(`${name} forward`, space), small);
    for (const mode of ['batch', 'sample'] as const) {
      const rows = await logits(network, mode);
      expect(rows.flat().every(Number.isFinite)).toBe(true);
      if (mode === 'batch') expect(rows[0]).not.toEqual(rows[1]);
    }
  });
});

async function logits(network: Network, mode: 'batch' | 'sample'): Promise<number[][]> {
  const weights = initializeWeights(network, { seed: 42, initialization: 0 });
  const graph = normalize(specialize(withWeights(network, weights), { [BATCH]: 2 }), mode);
  const images = new Float32Array(2 * 3 * 13 * 14);
  Stream.of(1, 'images').fillNormal(images, 0, 1);
  const session = await createOnnxRuntimeEngine().load(graph);
  const { [LOGITS]: result } = await session.run({ [IMAGES]: float32(images, [2, 3, 13, 14]) });
  await session.release();
  const data = [...(result.data as Float32Array)];
  return [data.slice(0, 7), data.slice(7)];
}

test.each([
  [{ imageShape: [3, 3, 32] }, 'imageShape[1] is 3: nds-darts halves height and width twice'],
  [{ imageShape: [3, 32, 0] }, 'imageShape[2] is 0'],
  [{ imageShape: [0, 32, 32] }, 'imageShape[0] is 0: it must be a positive integer'],
  [{ classes: 2.5 }, 'classes is 2.5: it must be a positive integer'],
  [{ channels: 0 }, 'channels is 0'],
  [{ channels: 3, imageShape: [3, 224, 224] }, 'channels is 3: it must be even: nds-darts halves them in the stem'],
  [{ cellsPerStage: -1 }, 'cellsPerStage is -1'],
] as const)('%j is refused', (change, message) => {
  expect(() => ndsNetwork('nds-darts', skips, { ...CIFAR10, ...change })).toThrow(NetworkOptionError);
  expect(() => ndsNetwork('nds-darts', skips, { ...CIFAR10, ...change })).toThrow(message);
});
