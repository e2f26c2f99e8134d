import { sampleBatch } from '@gradsign/dataset';
import { noiseDataset } from '@gradsign/datasets';
import type { Engine } from '@gradsign/engine';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { ReferenceEngine } from '@gradsign/engine-reference';
import { searchSpace } from '@gradsign/search-spaces';
import { evaluateProxies, type EvaluateOptions } from './evaluate';

const space = searchSpace('nas-bench-201');
const onnxruntime = createOnnxRuntimeEngine();
const SHAPE = { imageShape: [3, 8, 8], classes: 5 } as const;
const MIXED = '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|';
const NONE = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
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

it.each(['zen', 'epe_nas', 'zico', 'swap', 'nngp'])('%s agrees across engines', async (proxy) => {
  const images = noise(24);
  const [[expected], [actual]] = [
    await evaluate([proxy], { engine: new ReferenceEngine(), batch: images }),
    await evaluate([proxy], { batch: images }),
  ];
  expect(expected.value).toBeGreaterThan(0);
  expect(Math.abs(actual.value / expected.value - 1)).toBeLessThan(1e-4);
});

describe('zen', () => {
  it('is minus infinity for a network that does not see its input', async () => {
    expect((await evaluate(['zen'], {}, NONE))[0].value).toBe(-Infinity);
  });
});
