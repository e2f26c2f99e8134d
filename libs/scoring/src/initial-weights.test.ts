import { initializeWeights } from '@gradsign/network';
import { searchSpace } from '@gradsign/search-spaces';
import { initialWeights } from './initial-weights';

const space = searchSpace('nas-bench-201');
const network = (architecture: string) =>
  space.network(space.parse(architecture), { imageShape: [3, 8, 8], classes: 10, channels: 4, cellsPerStage: 1 });
const one = network('|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|');
const other = network('|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|none~2|');

test('weights are those that are drawn, whatever was asked for before', () => {
  for (const subject of [one, other, one]) {
    for (const seed of [
      { seed: 42, initialization: 0 },
      { seed: 42, initialization: 1 },
      { seed: 43, initialization: 0 },
    ]) {
      expect(initialWeights(subject, seed)).toEqual(initializeWeights(subject, seed));
    }
  }
});

test('architectures share the weights of their common paths', () => {
  const seed = { seed: 42, initialization: 0 };
  const shared = initialWeights(one, seed);
  const same = [...initialWeights(other, seed)].filter(([path, values]) => shared.get(path) === values);
  expect(same.length).toBeGreaterThan(10);
});
