import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { BATCH, IMAGES, initializeWeights, LOGITS, pruneNetwork, withWeights, type Network } from '@gradsign/network';
import { float32, specialize } from '@gradsign/onnx';
import { Random, Stream } from '@gradsign/random';
import type { NetworkOptions } from '../search-space';
import type { NasBench201Cell } from './architecture';
import { functionalString } from './canonical';
import { cellNetwork } from './network';
import { parseCell } from './notation';
import { sampleCell } from './variation';

const TINY = { imageShape: [3, 8, 8], classes: 4, channels: 4, cellsPerStage: 1 } as const;

const cells = (count: number, name: string) => {
  const random = new Random(Stream.of(1, 'test', name));
  return Array.from({ length: count }, () => sampleCell(random));
};

describe('values of NAS-Bench-201 networks', () => {
  const images = (batch: number, { imageShape: [c, h, w] }: Pick<NetworkOptions, 'imageShape'>) => {
    const pixels = new Float32Array(batch * c * h * w);
    Stream.of(5, 'pixels').fillNormal(pixels, 0, 1);
    return float32(pixels, [batch, c, h, w]);
  };

  async function logits(network: Network, batch: number, seed = 42): Promise<number[]> {
    const values = withWeights(network, initializeWeights(network, { seed, initialization: 0 }));
    const session = await createOnnxRuntimeEngine().load(specialize(values, { [BATCH]: batch }));
    const result = (await session.run({ [IMAGES]: images(batch, network) }))[LOGITS].data as Float32Array;
    await session.release();
    return [...result];
  }

  function expectClose(actual: number[], expected: number[]) {
    expect(actual).toHaveLength(expected.length);
    actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
  }

  test('a network computes what its definition says, written with plain loops', async () => {
    for (const cell of [
      parseCell('|nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|'),
      ...cells(4, 'forward'),
    ]) {
      for (const variant of [undefined, 'published'] as const) {
        const network = cellNetwork(cell, { ...TINY, variant });
        const weights = initializeWeights(network, { seed: 42, initialization: 0 });
        const values = new Map([...weights].map(([path, { data }]) => [path, [...data]]));
        expectClose(await logits(network, 2), plainForward(cell, values, images(2, TINY).data));
      }
    }
  });

  test('pruning, and affine normalisation at its initial values, change nothing', async () => {
    for (const cell of cells(4, 'prune')) {
      const expected = await logits(cellNetwork(cell, TINY), 2);
      expectClose(await logits(pruneNetwork(cellNetwork(cell, TINY)), 2), expected);
      expectClose(await logits(cellNetwork(cell, { ...TINY, variant: 'trained' }), 2), expected);
    }
  });

  test('functionally equal cells without weights are equal functions', async () => {
    const nested = parseCell('|avg_pool_3x3~0|+|skip_connect~0|skip_connect~1|+|none~0|none~1|skip_connect~2|');
    const flat = parseCell('|avg_pool_3x3~0|+|none~0|none~1|+|skip_connect~0|skip_connect~1|none~2|');
    expect(functionalString(nested)).toBe(functionalString(flat));
    expectClose(await logits(cellNetwork(nested, TINY), 2), await logits(cellNetwork(flat, TINY), 2));
  });
});

/** Feature maps of a batch: value at ((n·C + c)·H + y)·W + x, for square maps. */
interface Maps {
  readonly channels: number;
  readonly size: number;
  readonly data: number[];
}

/** The TINY network's logits on two images, with batch normalisation by the batch's statistics. */
function plainForward(cell: NasBench201Cell, weights: ReadonlyMap<string, number[]>, pixels: Float32Array): number[] {
  const batch = 2;
  const map = (channels: number, size: number, at: (n: number, c: number, y: number, x: number) => number): Maps => {
    const data = [];
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < channels; c++)
        for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) data.push(at(n, c, y, x));
    return { channels, size, data };
  };
  const read = (m: Maps, n: number, c: number, y: number, x: number) =>
    y < 0 || x < 0 || y >= m.size || x >= m.size ? undefined : m.data[((n * m.channels + c) * m.size + y) * m.size + x];
  const relu = (m: Maps) => ({ ...m, data: m.data.map((v) => Math.max(v, 0)) });
  const add = (a: Maps, b: Maps) => ({ ...a, data: a.data.map((v, i) => v + b.data[i]) });
  const pool = (m: Maps, k: number, stride: number, pad: number) =>
    map(m.channels, m.size / stride, (n, c, y, x) => {
      const window = [];
      for (let i = 0; i < k; i++)
        for (let j = 0; j < k; j++) window.push(read(m, n, c, y * stride + i - pad, x * stride + j - pad));
      const inside = window.filter((v) => v !== undefined);
      return inside.reduce((a, b) => a + b, 0) / inside.length;
    });
  const conv = (m: Maps, path: string, out: number, k: number, stride = 1) => {
    const w = weights.get(`${path}.weight`)!;
    const bias = weights.get(`${path}.bias`);
    const pad = (k - 1) / 2;
    return map(out, m.size / stride, (n, o, y, x) => {
      let sum = bias?.[o] ?? 0;
      for (let c = 0; c < m.channels; c++)
        for (let i = 0; i < k; i++)
          for (let j = 0; j < k; j++)
            sum +=
              w[((o * m.channels + c) * k + i) * k + j] *
              (read(m, n, c, y * stride + i - pad, x * stride + j - pad) ?? 0);
      return sum;
    });
  };
  const norm = (m: Maps) => {
    const statistics = Array.from({ length: m.channels }, (_, c) => {
      const area = m.size ** 2;
      const values = m.data.filter((_, i) => Math.floor(i / area) % m.channels === c);
      const mean = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
      return { mean, deviation: Math.sqrt(variance + 1e-5) };
    });
    return map(
      m.channels,
      m.size,
      (n, c, y, x) => (read(m, n, c, y, x)! - statistics[c].mean) / statistics[c].deviation,
    );
  };
  const operation = (m: Maps, path: string, op: string): Maps => {
    switch (op) {
      case 'none':
        return { ...m, data: m.data.map(() => 0) };
      case 'skip_connect':
        return m;
      case 'avg_pool_3x3':
        return pool(m, 3, 1, 1);
      default:
        return norm(conv(relu(m), path, m.channels, op === 'nor_conv_1x1' ? 1 : 3));
    }
  };

  let x = norm(conv({ channels: 3, size: 8, data: [...pixels] }, 'stem.conv', 4, 3));
  for (let stage = 0; stage < 3; stage++) {
    if (stage > 0) {
      const path = `reduction.${stage - 1}`;
      const out = 2 * x.channels;
      const first = norm(conv(relu(x), `${path}.conv.0`, out, 3, 2));
      const second = norm(conv(relu(first), `${path}.conv.1`, out, 3));
      x = add(second, conv(pool(x, 2, 2, 0), `${path}.shortcut`, out, 1));
    }
    const edge = (source: number, target: number, index: number, from: Maps) =>
      operation(from, `cell.${stage}.edge.${source}-${target}.${cell[index]}`, cell[index]);
    const node1 = edge(0, 1, 0, x);
    const node2 = add(edge(0, 2, 1, x), edge(1, 2, 2, node1));
    x = add(add(edge(0, 3, 3, x), edge(1, 3, 4, node1)), edge(2, 3, 5, node2));
  }
  x = relu(norm(x));
  const area = x.size ** 2;
  const w = weights.get('head.linear.weight')!;
  const result = [];
  for (let n = 0; n < batch; n++) {
    const means = Array.from({ length: x.channels }, (_, c) => {
      const start = (n * x.channels + c) * area;
      return x.data.slice(start, start + area).reduce((a, b) => a + b) / area;
    });
    for (let k = 0; k < 4; k++) {
      result.push(means.reduce((sum, v, c) => sum + v * w[k * x.channels + c], weights.get('head.linear.bias')![k]));
    }
  }
  return result;
}
