import { searchSpace, type SearchSpace } from '@gradsign/search-spaces';
import { costCounter } from './costs';

const space = searchSpace('nas-bench-201');
const all = [...space.enumerate!()];
const cifar10 = { imageShape: [3, 32, 32], classes: 10 } as const;

/** Parameters and FLOPs that the benchmark's own files state for three architectures. */
const published = [
  [0, 129306, 15647370],
  [11, 802426, 113951370],
  [284, 101306, 11715210],
];

test('sums over choices are what the benchmark states, and what whole networks have', () => {
  const sum = costCounter(space, cifar10, all);
  const whole = costCounter(space, cifar10, all.slice(0, 1));
  for (const [index, params, flops] of published) {
    expect(sum(all[index])).toEqual({ params, flops });
    expect(whole(all[index])).toEqual({ params, flops });
  }
  for (let index = 7; index < all.length; index += 797) {
    expect(sum(all[index])).toEqual(whole(all[index]));
  }
});

test('classes and image size count', () => {
  const first = (images: { imageShape: readonly [number, number, number]; classes: number }) =>
    costCounter(space, images, all.slice(0, 1))(all[0]);
  expect(first({ ...cifar10, classes: 100 })).toEqual({ params: 135156, flops: 15653220 });
  expect(first({ imageShape: [3, 16, 16], classes: 120 })).toEqual({ params: 136456, flops: 3919480 });
});

test('where costs are not sums over choices, every network is built', () => {
  const [conv, skip] = ['nor_conv_3x3', 'skip_connect'];
  const parse = (ops: readonly string[]) => space.parse(`|${ops[0]}~0|+|${ops[1]}~0|none~1|+|none~0|none~1|none~2|`);
  // The second choice does not matter unless the first is a convolution.
  const pair = {
    ...space,
    encoding: {
      choices: [0, 1].map((i) => ({ name: String(i), options: [skip, conv] })),
      encode: (ops: readonly string[]) => ops.map((op) => [skip, conv].indexOf(op)),
      decode: (indices: readonly number[]) => indices.map((index) => [skip, conv][index]),
    },
    network: (ops: readonly string[], options) => space.network(parse(ops[0] === conv ? ops : [ops[0], skip]), options),
  } as SearchSpace<readonly string[]>;
  const architectures = Array.from({ length: 64 }, (_, i) => [i & 1 ? conv : skip, i & 2 ? conv : skip]);
  const count = costCounter(pair, cifar10, architectures);
  const params = (first: string, second: string) => count([first, second]).params;
  expect(params(skip, conv)).toBe(params(skip, skip));
  expect(params(conv, conv)).toBeGreaterThan(params(conv, skip));
});
