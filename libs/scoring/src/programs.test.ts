import { sampleBatch } from '@gradsign/dataset';
import { noiseDataset } from '@gradsign/datasets';
import type { Engine } from '@gradsign/engine';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { ReferenceEngine } from '@gradsign/engine-reference';
import { searchSpace } from '@gradsign/search-spaces';
import { evaluateProxies, type EvaluateOptions } from './evaluate';
import { smallestNetwork } from './smallest-network';

const space = searchSpace('nas-bench-201');
const onnxruntime = createOnnxRuntimeEngine();
const SHAPE = { imageShape: [3, 8, 8], classes: 5 } as const;
const MIXED = '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|';
const NONE = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const SKIP = '|skip_connect~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|';
const noise = (size: number) =>
  sampleBatch(noiseDataset({ name: 'test', ...SHAPE, normalization: { mean: [0, 0, 0], std: [1, 1, 1] } }), {
    split: 'train',
    size,
    seed: 1,
  });
const batch = noise(4);

function evaluate(proxies: readonly string[], options: Partial<EvaluateOptions> = {}, architecture = MIXED) {
  const network = space.network(space.parse(architecture), { ...SHAPE, channels: 2, cellsPerStage: 1 });
  return evaluateProxies({
    engine: onnxruntime,
    network,
    architecture,
    batch,
    seed: 42,
    initializations: 1,
    proxies,
    ...options,
  });
}

/** ONNX Runtime, with a record of what was loaded, run and released. */
function recorded() {
  const events: string[] = [];
  const engine: Engine = {
    ...onnxruntime,
    load: async (graph) => {
      events.push('load');
      const session = await onnxruntime.load(graph);
      return {
        run: (feeds) => {
          events.push('run');
          return session.run(feeds);
        },
        release: () => {
          events.push('release');
          return session.release();
        },
      };
    },
  };
  return { engine, events };
}

describe('a program', () => {
  it('loads a graph once, however often it runs it, and releases it', async () => {
    const { engine, events } = recorded();
    await evaluate(['zen'], { engine });
    expect(events).toEqual(['load', ...new Array<string>(64).fill('run'), 'release']);
  });

  it('stops at a checkpoint that throws, and releases its graph', async () => {
    const { engine, events } = recorded();
    let left = 3;
    const checkpoint = async () => {
      if (left-- === 0) throw new Error('cancelled');
    };
    await expect(evaluate(['zen'], { engine, checkpoint })).rejects.toThrow('cancelled');
    expect(events).toEqual(['load', 'run', 'run', 'run', 'release']);
  });

  it('is evaluated once for each initialisation', async () => {
    for (const proxy of ['l2_norm', 'synflow', 'naswot', 'zen']) {
      const [[one], [two], [same]] = [
        await evaluate([proxy]),
        await evaluate([proxy], { initializations: 2 }),
        await evaluate([proxy]),
      ];
      expect(two.value).not.toBe(one.value);
      expect(same.value).toBe(one.value);
    }
  });

  it('stands beside passes and counts', async () => {
    const ids = ['naswot', 'params', 'gradsign', 'l2_norm', 'snip'];
    const together = await evaluate(ids);
    expect(together.map(({ id }) => id)).toEqual(ids);
    for (const { id, value } of together) expect((await evaluate([id]))[0].value).toBe(value);
  });
});

it.each(['zen', 'epe_nas', 'zico', 'swap', 'nngp', 'meco'])('%s agrees across engines', async (proxy) => {
  const images = noise(24);
  const [[expected], [actual]] = [
    await evaluate([proxy], { engine: new ReferenceEngine(), batch: images }),
    await evaluate([proxy], { batch: images }),
  ];
  expect(expected.value).toBeGreaterThan(0);
  expect(Math.abs(actual.value / expected.value - 1)).toBeLessThan(1e-4);
});

describe.each(['te_nas', 'az_nas'])('%s', (proxy) => {
  const components = async (options: Partial<EvaluateOptions> = {}, architecture = MIXED) => {
    const task = { space: 'nas-bench-201', architecture, classes: SHAPE.classes };
    const given = { batch: noise(6), smallestNetwork: () => smallestNetwork(task), ...options };
    return (await evaluate([proxy], given, architecture))[0].components!;
  };

  it('agrees across engines', async () => {
    const [expected, actual] = [await components({ engine: new ReferenceEngine() }), await components()];
    for (const [i, component] of expected.entries()) expect(actual[i] / component).toBeCloseTo(1, 3);
  });

  it('has the mean over the initialisations of each component, and no value of its own', async () => {
    const [one, two] = [await components(), await components({ initializations: 2 })];
    expect(two).not.toEqual(one);
    expect(await components()).toEqual(one);
    const images = { batch: noise(6), smallestNetwork: () => undefined };
    if (proxy === 'az_nas') expect((await evaluate([proxy], images))[0].value).toBe(NaN);
  });

  it('needs more than a graph', async () => {
    const { cells: _, ...network } = space.network(space.parse(MIXED), { ...SHAPE, channels: 2, cellsPerStage: 1 });
    const rule = proxy === 'te_nas' ? 'counts linear regions' : 'looks at the cells of a network';
    await expect(evaluate([proxy], { network })).rejects.toThrow(new RegExp(`^"${proxy}" ${rule}`));
  });
});

describe('te_nas', () => {
  const componentsOf = async (architecture: string) => {
    const task = { space: 'nas-bench-201', architecture, classes: SHAPE.classes };
    const [{ components }] = await evaluate(['te_nas'], { smallestNetwork: () => smallestNetwork(task) }, architecture);
    return components!;
  };

  it('has one region without a ReLU, and an infinite condition where no image matters', async () => {
    expect(await componentsOf(NONE)).toEqual([-Infinity, 1]);
    const [condition, regions] = await componentsOf(SKIP);
    expect(condition).toBeLessThan(-1);
    expect(regions).toBe(1);
  });
});

describe('az_nas', () => {
  it('ranks constant features and identities lowest', async () => {
    const [entropy, increase, trainability, flops] = (await evaluate(['az_nas'], {}, NONE))[0].components!;
    expect([entropy, increase]).toEqual([NaN, NaN]);
    expect(trainability).toBeLessThan(-1e5);
    expect(flops).toBeGreaterThan(0);
    expect((await evaluate(['az_nas'], {}, SKIP))[0].components![2]).toBe(-Infinity);
  });

  it('compares cells', async () => {
    const network = space.network(space.parse(MIXED), { ...SHAPE, channels: 2, cellsPerStage: 1 });
    const cells = network.cells!.slice(0, 1);
    await expect(evaluate(['az_nas'], { network: { ...network, cells } })).rejects.toThrow(
      '"az_nas" compares the cells of a network with each other: it needs 2, here is 1',
    );
  });
});

describe('zen', () => {
  it('is minus infinity for a network that does not see its input', async () => {
    expect((await evaluate(['zen'], {}, NONE))[0].value).toBe(-Infinity);
  });
});
