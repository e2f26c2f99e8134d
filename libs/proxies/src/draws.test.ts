import type { WeightSpec } from '@gradsign/network';
import { Stream } from '@gradsign/random';
import { kaimingNormal, normalTensor, normalWeights, standardNormal } from './draws';

const spec = (path: string, role: WeightSpec['role'], shape: readonly number[]): WeightSpec => ({
  path,
  role,
  shape,
  init: { kind: 'constant', value: 9 },
});
const weights = [
  spec('conv', 'conv', [100, 8, 5, 5]),
  spec('linear', 'linear', [400, 50]),
  spec('bias', 'bias', [4]),
  spec('scale', 'norm_scale', [4]),
  spec('shift', 'norm_shift', [4]),
];
const variance = (values: Float32Array) => values.reduce((sum, v) => sum + v * v, 0) / values.length;

it('draws layers with the deviation of their shape, and the rest as it is', () => {
  const drawn = normalWeights({ weights }, Stream.of(1, 'test'), kaimingNormal);
  expect(variance(drawn.get('conv')!.data) * 200).toBeCloseTo(2, 1);
  expect(variance(drawn.get('linear')!.data) * 50).toBeCloseTo(2, 1);
  expect([...drawn.get('bias')!.data]).toEqual([0, 0, 0, 0]);
  expect([...drawn.get('scale')!.data]).toEqual([1, 1, 1, 1]);
  expect([...drawn.get('shift')!.data]).toEqual([0, 0, 0, 0]);
});

it('draws a path alike beside whatever other weights', () => {
  const [all, alone] = [weights, [weights[1]]].map((some) =>
    normalWeights({ weights: some }, Stream.of(1, 'test'), standardNormal),
  );
  expect(alone.get('linear')).toEqual(all.get('linear'));
  expect(all.get('linear')!.data.slice(0, 9)).not.toEqual(all.get('conv')!.data.slice(0, 9));
});

it('draws standard normal tensors', () => {
  const { shape, data } = normalTensor(Stream.of(1, 'test'), [10, 1000]);
  expect(shape).toEqual([10, 1000]);
  expect(variance(data)).toBeCloseTo(1, 1);
});
