import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, type Tensor } from '@gradsign/onnx';
import { expectClose, node, numbers, runFragment, values, type Fragment } from '../testing/run';
import type { FileAttribute, FileNode } from '../testing/model-bytes';

const engine = new ReferenceEngine();

const images = values([2, 2, 3, 4]);

const run = (nodes: readonly FileNode[], size: number, rest: Partial<Fragment> = {}, of: Tensor = images) =>
  runFragment(engine, { nodes, size, imageShape: of.shape.slice(1) as [number, number, number], ...rest }, of);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.log(1 + Math.exp(x));
/** Abramowitz and Stegun 7.1.26: to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

describe('activations', () => {
  const cases: [string, Record<string, FileAttribute>, (x: number) => number][] = [
    ['Relu', {}, (x) => Math.max(x, 0)],
    ['LeakyRelu', {}, (x) => (x < 0 ? 0.01 * x : x)],
    ['LeakyRelu', { alpha: { f: 0.25 } }, (x) => (x < 0 ? 0.25 * x : x)],
    ['Elu', {}, (x) => (x < 0 ? Math.exp(x) - 1 : x)],
    ['Elu', { alpha: { f: 0.5 } }, (x) => (x < 0 ? 0.5 * (Math.exp(x) - 1) : x)],
    ['Selu', {}, (x) => 1.05070098 * (x < 0 ? 1.67326324 * (Math.exp(x) - 1) : x)],
    ['Softplus', {}, softplus],
    ['Softsign', {}, (x) => x / (1 + Math.abs(x))],
    ['Mish', {}, (x) => x * Math.tanh(softplus(x))],
    ['Gelu', {}, (x) => (x / 2) * (1 + erf(x / Math.SQRT2))],
    ['Gelu', { approximate: { s: 'tanh' } }, (x) => (x / 2) * (1 + Math.tanh(0.7978845608 * (x + 0.044715 * x ** 3)))],
    ['HardSigmoid', {}, (x) => Math.min(Math.max(0.2 * x + 0.5, 0), 1)],
    ['HardSwish', {}, (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1)],
    ['Sigmoid', {}, sigmoid],
  ];
  it.each(cases)('%s %j', async (op, attributes, f) => {
    expectClose(await run([node(op, attributes)], 24, { opset: 20 }), numbers(images).map(f));
  });

  it('PRelu with a slope for each channel', async () => {
    const initializers = { slope: float32([0.5, -1], [2, 1, 1]) };
    const expected = numbers(images).map((x, i) => (x < 0 ? x * [0.5, -1][Math.floor(i / 12) % 2] : x));
    expectClose(await run([node('PRelu', {}, ['slope'])], 24, { initializers }), expected);
  });

  it('Softplus does not overflow', async () => {
    const large = float32([200, -200, 1e4, -1e4], [1, 1, 2, 2]);
    expectClose(await run([node('Softplus')], 4, {}, large), [200, 0, 1e4, 0]);
  });

  it('Clip with bounds as attributes, as old files have them', async () => {
    const clip = node('Clip', { min: { f: 0 }, max: { f: 0.75 } });
    const expected = numbers(images).map((x) => Math.min(Math.max(x, 0), 0.75));
    expectClose(await run([clip], 24, { opset: 10 }), expected);
  });
});

describe('windows', () => {
  // 1 … 25 in a square.
  const square = float32(
    Array.from({ length: 25 }, (_, i) => i + 1),
    [1, 1, 5, 5],
  );
  const kernel = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
  const cases: [string, string, Record<string, FileAttribute>, number[]][] = [
    ['rounding down', 'MaxPool', kernel, [7, 9, 17, 19]],
    ['rounding up', 'MaxPool', { ...kernel, ceil_mode: { i: 1 } }, [7, 9, 10, 17, 19, 20, 22, 24, 25]],
    // The pixels outside of the image are no part of a mean.
    ['rounding up', 'AveragePool', { ...kernel, ceil_mode: { i: 1 } }, [4, 6, 7.5, 14, 16, 17.5, 21.5, 23.5, 25]],
    [
      'the same size, later',
      'MaxPool',
      { ...kernel, auto_pad: { s: 'SAME_UPPER' } },
      [7, 9, 10, 17, 19, 20, 22, 24, 25],
    ],
    [
      'the same size, earlier',
      'MaxPool',
      { ...kernel, auto_pad: { s: 'SAME_LOWER' } },
      [1, 3, 5, 11, 13, 15, 21, 23, 25],
    ],
    ['no padding', 'MaxPool', { ...kernel, auto_pad: { s: 'VALID' } }, [7, 9, 17, 19]],
    ['the whole image', 'GlobalMaxPool', {}, [25]],
    ['the whole image', 'GlobalAveragePool', {}, [13]],
  ];
  it.each(cases)('%s: %s', async (_, op, attributes, expected) => {
    expectClose(await run([node(op, attributes)], expected.length, {}, square), expected);
  });

  it('no window begins in the padding of the end, however it rounds', async () => {
    const attributes = { kernel_shape: { ints: [1, 1] }, strides: { ints: [3, 3] }, ceil_mode: { i: 1 } };
    expectClose(await run([node('MaxPool', attributes)], 4, {}, square), [1, 4, 16, 19]);
  });

  it('convolutions with automatic padding', async () => {
    const initializers = { w: float32([1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 3, 3]) };
    const conv = (mode: string) => [node('Conv', { auto_pad: { s: mode }, strides: { ints: [3, 3] } }, ['w'])];
    expectClose(await run(conv('SAME_UPPER'), 4, { initializers }, square), [63, 57, 117, 88]);
    expectClose(await run(conv('SAME_LOWER'), 4, { initializers }, square), [16, 39, 99, 171]);
  });
});
