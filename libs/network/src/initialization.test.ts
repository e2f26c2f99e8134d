import { NetworkBuilder } from './builder';
import { initializeWeights } from './initialization';
import type { Network } from './network';

function network(first: 'a' | 'b', initialization?: ConstructorParameters<typeof NetworkBuilder>[0]['initialization']) {
  const build = new NetworkBuilder({ name: 'test', imageShape: [3, 8, 8], classes: 10, initialization });
  let x = build.images;
  for (const path of first === 'a' ? ['a', 'shared'] : ['b', 'c', 'shared']) {
    x = build.batchNorm(build.conv(x, path, { out: 3, kernel: 3, padding: 1 }), `${path}.norm`);
  }
  return build.build(build.linear(build.globalAveragePool(x), 'head', { out: 10 }));
}

const draw = (net: Network, seed: number | bigint, initialization = 0) =>
  initializeWeights(net, { seed, initialization });

test('values depend on seed, initialization and path, not on the rest of the network', () => {
  const values = draw(network('a'), 42);
  const others = draw(network('b'), 42n);
  for (const path of ['shared.weight', 'head.weight', 'head.bias']) {
    expect(others.get(path)).toEqual(values.get(path));
  }
  const first = (seed: number, initialization: number, path: string) =>
    draw(network('a'), seed, initialization).get(path)!.data[0];
  const draws = [first(42, 0, 'a.weight'), first(42, 0, 'shared.weight'), first(43, 0, 'a.weight')];
  expect(new Set([...draws, first(42, 1, 'a.weight')]).size).toBe(4);
});

test('golden values: a change here changes every score', () => {
  const { data } = draw(network('a'), 42).get('head.weight')!;
  expect([...data.slice(0, 3)]).toEqual([0.1202801987528801, -0.06103034317493439, -0.014626758173108101]);
});

test("PyTorch's default fills ±1/√fanIn, normalisation starts as the identity", () => {
  const values = draw(network('a'), 1);
  const bound = 1 / Math.sqrt(27);
  const { data } = values.get('a.weight')!;
  expect(Math.max(...data)).toBeLessThanOrEqual(bound);
  expect(Math.min(...data)).toBeGreaterThanOrEqual(-bound);
  // Of 81 uniform values the largest magnitude is below 0.9 of the bound with probability 0.0002.
  expect(Math.max(...data.map(Math.abs))).toBeGreaterThan(0.9 * bound);
  expect([...values.get('a.norm.scale')!.data]).toEqual([1, 1, 1]);
  expect([...values.get('a.norm.shift')!.data]).toEqual([0, 0, 0]);
});

test('normal weights have their deviation', () => {
  const net = network('a', () => ({ kind: 'normal', std: 0.5 }));
  const values = [...draw(net, 1).values()].flatMap(({ data }) => [...data]);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  expect(values).toHaveLength(81 * 2 + 12 + 40);
  expect(Math.abs(mean)).toBeLessThan(0.12);
  expect(deviation).toBeGreaterThan(0.41);
  expect(deviation).toBeLessThan(0.59);
});
