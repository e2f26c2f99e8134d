import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { BATCH, IMAGES, initializeWeights, LOGITS, withWeights, type Network } from '@gradsign/network';
import { float32, specialize } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import type { NasBench101Cell } from './architecture';
import { cellAt } from './enumeration';
import { cellNetwork } from './network';

const SAMPLES = 2;
const SIZE = 8;
const CHANNELS = 4;
const CLASSES = 3;
const TINY = { imageShape: [3, SIZE, SIZE], classes: CLASSES, channels: CHANNELS, cellsPerStage: 1 } as const;

const pixels = new Float32Array(SAMPLES * 3 * SIZE * SIZE);
Stream.of(5, 'pixels').fillNormal(pixels, 0, 1);

async function logits(network: Network): Promise<number[]> {
  const values = withWeights(network, initializeWeights(network, { seed: 42, initialization: 0 }));
  const session = await createOnnxRuntimeEngine().load(specialize(values, { [BATCH]: SAMPLES }));
  const images = float32(pixels, [SAMPLES, ...network.imageShape]);
  const result = (await session.run({ [IMAGES]: images }))[LOGITS].data as Float32Array;
  await session.release();
  return [...result];
}

// Among them truncation (400,000), concatenation, sums, every operation, and edges from input to output.
test.each([0, 4, 700, 2532, 64_541, 100_000, 222_222, 300_000, 400_000, 423_623])(
  'the network of class %d computes what the published code says, written with plain loops',
  async (index) => {
    const cell = cellAt(index);
    const network = cellNetwork(cell, TINY);
    const weights = initializeWeights(network, { seed: 42, initialization: 0 });
    const expected = plainForward(cell, new Map([...weights].map(([path, { data }]) => [path, [...data]])));
    const actual = await logits(network);
    expect(actual).toHaveLength(SAMPLES * CLASSES);
    actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  },
);

/** One channel of a batch: value at (n·size + y)·size + x. */
interface Plane {
  readonly size: number;
  readonly data: number[];
}
type Maps = Plane[];

/** `build_module` of the published code on a cell without unused vertices; a channel at a time. */
function plainForward({ matrix, ops }: NasBench101Cell, weights: ReadonlyMap<string, number[]>): number[] {
  const last = ops.length - 1;
  const convNormRelu = (maps: Maps, path: string, out: number, kernel: number): Maps => {
    const w = weights.get(`${path}.weight`)!;
    expect(w).toHaveLength(out * maps.length * kernel * kernel);
    return Array.from({ length: out }, (_, o) =>
      normRelu(conv(maps, w.slice(o * maps.length * kernel ** 2, (o + 1) * maps.length * kernel ** 2), kernel)),
    );
  };
  let x: Maps = [0, 1, 2].map((c) => ({
    size: SIZE,
    data: Array.from({ length: SAMPLES }, (_, n) => [
      ...pixels.slice((3 * n + c) * SIZE * SIZE, (3 * n + c + 1) * SIZE * SIZE),
    ]).flat(),
  }));
  x = convNormRelu(x, 'stem', CHANNELS, 3);
  for (let stack = 0; stack < 3; stack++) {
    if (stack > 0) x = x.map((plane) => pool(plane, 2, 2, 0));
    const input = x;
    const out = CHANNELS * 2 ** stack;
    const feeding = ops.map((_, v) => v).filter((v) => v > 0 && matrix[v][last] === 1);
    const width = (v: number): number => {
      const place = feeding.indexOf(v);
      if (place >= 0) return Math.floor(out / feeding.length) + (place < out % feeding.length ? 1 : 0);
      return Math.max(...ops.map((_, t) => (t < last && matrix[v][t] ? width(t) : 0)));
    };
    const path = `cell.${stack}.vertex`;
    const values: Maps[] = [input];
    for (let v = 1; v < last; v++) {
      const terms = values.filter((_, s) => s > 0 && matrix[s][v]).map((maps) => maps.slice(0, width(v)));
      if (matrix[0][v]) terms.push(convNormRelu(input, `${path}.${v}.projection`, width(v), 1));
      const sum = terms.reduce(addMaps);
      values.push(
        ops[v] === 'maxpool3x3'
          ? sum.map((plane) => pool(plane, 3, 1, 1))
          : convNormRelu(sum, `${path}.${v}.${ops[v]}`, width(v), ops[v] === 'conv3x3-bn-relu' ? 3 : 1),
      );
    }
    const joined = feeding.flatMap((v) => values[v]);
    const direct = matrix[0][last] ? [convNormRelu(input, `cell.${stack}.output.projection`, out, 1)] : [];
    x = [...(joined.length > 0 ? [joined] : []), ...direct].reduce(addMaps);
    expect(x).toHaveLength(out);
  }
  const w = weights.get('head.linear.weight')!;
  return Array.from({ length: SAMPLES * CLASSES }, (_, i) => {
    const [n, k] = [Math.floor(i / CLASSES), i % CLASSES];
    return x.reduce((sum, { size, data }, c) => {
      const own = data.slice(n * size * size, (n + 1) * size * size);
      return sum + (w[k * x.length + c] * own.reduce((a, b) => a + b)) / own.length;
    }, weights.get('head.linear.bias')![k]);
  });
}

function addMaps(a: Maps, b: Maps): Maps {
  return a.map(({ size, data }, c) => ({ size, data: data.map((value, i) => value + b[c].data[i]) }));
}

/** A window's values, undefined outside of the plane. */
function window({ size, data }: Plane, n: number, y: number, x: number, kernel: number): (number | undefined)[] {
  return Array.from({ length: kernel ** 2 }, (_, i) => {
    const [row, column] = [y + Math.floor(i / kernel), x + (i % kernel)];
    return row < 0 || row >= size || column < 0 || column >= size ? undefined : data[(n * size + row) * size + column];
  });
}

function mapPlane(size: number, value: (n: number, y: number, x: number) => number): Plane {
  const data = Array.from({ length: SAMPLES * size * size }, (_, i) =>
    value(Math.floor(i / size / size), Math.floor(i / size) % size, i % size),
  );
  return { size, data };
}

function conv(maps: Maps, kernels: readonly number[], kernel: number): Plane {
  const pad = (kernel - 1) / 2;
  return mapPlane(maps[0].size, (n, y, x) =>
    maps
      .flatMap((plane) => window(plane, n, y - pad, x - pad, kernel))
      .reduce<number>((sum, value, i) => sum + (value ?? 0) * kernels[i], 0),
  );
}

function pool(plane: Plane, kernel: number, stride: number, pad: number): Plane {
  return mapPlane(plane.size / stride, (n, y, x) =>
    Math.max(...window(plane, n, y * stride - pad, x * stride - pad, kernel).filter((value) => value !== undefined)),
  );
}

function normRelu({ size, data }: Plane): Plane {
  const mean = data.reduce((a, b) => a + b) / data.length;
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
  return { size, data: data.map((value) => Math.max(0, (value - mean) / Math.sqrt(variance + 1e-5))) };
}
