import { zeros, type Tensor } from '@gradsign/onnx';
import type { Call, KernelTable } from '../call';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { floor, sqrt } = Math;

interface Statistics {
  readonly mean: Float64Array;
  /** Of the population: divided by the number of elements. */
  readonly variance: Float64Array;
}

/** Mean and variance of the elements that `groupOf` puts into each group. */
function statistics(x: Float64Array, groups: number, groupOf: (index: number) => number): Statistics {
  const mean = new Float64Array(groups);
  const variance = new Float64Array(groups);
  const share = groups / x.length;
  for (let i = 0; i < x.length; i += 1) mean[groupOf(i)] += x[i] * share;
  for (let i = 0; i < x.length; i += 1) {
    const centred = x[i] - mean[groupOf(i)];
    variance[groupOf(i)] += centred * centred * share;
  }
  return { mean, variance };
}

/** (x − mean) / √(variance + ε) · scale + shift, with the index of each element's statistics and parameters. */
function normalise(
  call: Call,
  { mean, variance }: Statistics,
  groupOf: (index: number) => number,
  parameterOf: (index: number) => number,
): Tensor {
  const epsilon = call.attributes.float('epsilon');
  const scale = call.floats(1);
  const shift = call.has(2) ? call.floats(2) : undefined;
  const result = call.output();
  const y = result.data as Float64Array;
  const x = call.floats(0);
  for (let i = 0; i < x.length; i += 1) {
    const g = groupOf(i);
    const p = parameterOf(i);
    y[i] = ((x[i] - mean[g]) / sqrt(variance[g] + epsilon)) * scale[p] + (shift ? shift[p] : 0);
  }
  return result;
}

export const normalization: KernelTable = {
  BatchNormalization: (call) => {
    const [batch, channels] = call.shape(0);
    const x = call.floats(0);
    const pixels = x.length / (batch * channels);
    const channelOf = (i: number) => floor(i / pixels) % channels;
    if (call.attributes.int('training_mode') === 0) {
      return [normalise(call, { mean: call.floats(3), variance: call.floats(4) }, channelOf, channelOf)];
    }
    const current = statistics(x, channels, channelOf);
    const momentum = call.attributes.float('momentum');
    const running = (index: number, now: Float64Array): Tensor => {
      const result = zeros('float64', [channels]);
      now.forEach((value, c) => (result.data[c] = call.floats(index)[c] * momentum + value * (1 - momentum)));
      return result;
    };
    return [normalise(call, current, channelOf, channelOf), running(3, current.mean), running(4, current.variance)];
  },
  InstanceNormalization: (call) => {
    const [batch, channels] = call.shape(0);
    const x = call.floats(0);
    const pixels = x.length / (batch * channels);
    const planeOf = (i: number) => floor(i / pixels);
    return [normalise(call, statistics(x, batch * channels, planeOf), planeOf, (i) => planeOf(i) % channels)];
  },
  LayerNormalization: (call) => {
    const x = call.floats(0);
    const width = call.input(1).data.length;
    const rowOf = (i: number) => floor(i / width);
    const rows = statistics(x, x.length / width, rowOf);
    const shape = call.shape(0).map((size, axis) => (axis < call.shape(0).length - call.shape(1).length ? size : 1));
    const inverse = rows.variance.map((v) => 1 / sqrt(v + call.attributes.float('epsilon')));
    return [
      normalise(call, rows, rowOf, (i) => i % width),
      { dtype: 'float64', shape, data: rows.mean },
      { dtype: 'float64', shape, data: inverse },
    ];
  },
};
