import { searchSpace } from '@gradsign/search-spaces';
import { proxies } from './registry';
import type { StructuralProxy } from './proxy';

const space = searchSpace('nas-bench-201');
const evaluate = (id: string, architecture: string, seed = 42) =>
  (proxies.get(id) as StructuralProxy).evaluate({
    network: space.network(space.parse(architecture), { imageShape: [3, 32, 32], classes: 10 }),
    architecture,
    seed,
  }).value;

const NONE = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const CONVOLUTIONS = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|';

it.each([
  // As NAS-Bench-201 publishes them: 0.073306 and 1.531546 million parameters, 7.78305 and 220.11969 MFLOPs. All
  // parameters live but scales and shifts (2 · (15 · 2 · 112 + 2 · 96 + 16 + 64)) and the biases of ten classes.
  [NONE, 73_306, 7_783_050, 0],
  [CONVOLUTIONS, 1_531_546, 220_119_690, 1_531_546 - 7_264 - 10],
])('counts %s', (architecture, params, flops, live) => {
  expect(evaluate('params', architecture)).toBe(params);
  expect(evaluate('flops', architecture)).toBe(flops);
  expect(evaluate('live_weights', architecture)).toBe(live);
});

it('draws random numbers by seed and architecture', () => {
  const values = [evaluate('random', NONE), evaluate('random', CONVOLUTIONS), evaluate('random', NONE, 43)];
  expect(new Set(values).size).toBe(3);
  expect(values.every((v) => v >= 0 && v < 1)).toBe(true);
  expect(evaluate('random', NONE)).toBe(values[0]);
});

it('knows of every proxy what it is and where it comes from', () => {
  for (const [id, proxy] of proxies) {
    expect(proxy.id).toBe(id);
    expect(proxy.definition).not.toBe('');
    expect(proxy.source).not.toBe('');
    if (proxy.kind === 'graph') expect(proxy.data).toBe('batch');
    if (proxy.kind === 'structural') expect(proxy.data).toBe('none');
    expect(proxy.defaultBatchSize > 0).toBe(proxy.data === 'batch');
  }
});
