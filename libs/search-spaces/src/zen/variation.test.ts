import { Random, Stream } from '@gradsign/random';
import { roundChannels, typeOf, type ZenArchitecture } from './architecture';
import { formatZen, parseZen } from './notation';
import { mutateZen, neighbourZen, sampleZen } from './variation';

const random = (name: string) => new Random(Stream.of(7, 'test', name));
const NET = parseZen('SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)SuperConvK1BNRELU(16,128,1,1)');
const INVERTED = parseZen('SuperConvK3BNRELU(3,8,1,1)SuperResIDWE6K3(8,16,2,8,1)SuperConvK1BNRELU(16,128,1,1)');

const deviation = (count: number, draws: number, p: number) => (count - draws * p) / Math.sqrt(draws * p * (1 - p));
const blockTexts = (architecture: ZenArchitecture) =>
  architecture.blocks.map(({ type, ...sizes }) => `${type} ${JSON.stringify(sizes)}`);

// Python: [max(8, round(x / 8) * 8) for x in …].
test.each([
  [1, 8],
  [11.9, 8],
  [12, 16],
  [20, 16],
  [28, 32],
  [36, 32],
  [30, 32],
  [2048, 2048],
])('%d channels are rounded to %d', (channels, rounded) => {
  expect(roundChannels(channels)).toBe(rounded);
});

test('samples replace every block of the starting structure by uniform draws', () => {
  const source = random('sample');
  const draws = 2000;
  const counts = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const architecture = sampleZen(source);
    const { blocks } = architecture;
    expect(parseZen(formatZen(architecture))).toEqual(architecture);
    expect(blocks.map(({ stride }) => stride)).toEqual([1, 1, 2, 2, 2, 1]);
    const families = new Set(blocks.slice(1, -1).map((block) => typeOf(block).family));
    expect(families.size).toBe(1);
    const keys = [...families, blocks[1].type, `layers ${blocks[2].layers}`, `stem ${blocks[0].channels}`];
    if (families.has('inverted')) expect(blocks[5].channels).toBe(128);
    else keys.push(`head ${blocks[5].channels}`);
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const expected: [string, number][] = [
    ['residual', 1 / 2],
    ['SuperResK1K7K1', 1 / 12],
    ['SuperResK3K3', 1 / 12],
    ['SuperResIDWE1K3', 1 / 24],
    ['SuperResIDWE6K7', 1 / 24],
    ['layers 1', 1 / 3],
    ['layers 3', 1 / 3],
    ['stem 8', 1 / 2],
    ['stem 16', 1 / 2],
    ['head 320', 1 / 18],
    ['head 48', 1 / 18],
  ];
  for (const [key, p] of expected)
    expect([key, Math.abs(deviation(counts.get(key)!, draws, p)) < 4]).toEqual([key, true]);
});

test.each(['published', 'uniform'] as const)('%s mutations replace one block and stay valid', (operator) => {
  const source = random(operator);
  let architecture = sampleZen(source);
  for (let i = 0; i < 60; i++) {
    const child = mutateZen(architecture, source, operator);
    expect(parseZen(formatZen(child))).toEqual(child);
    expect(formatZen(child)).not.toBe(formatZen(architecture));
    const added = child.blocks.length - architecture.blocks.length;
    expect([0, 1]).toContain(added);
    const [before, after] = [blockTexts(architecture), blockTexts(child)];
    const first = after.findIndex((text, index) => text !== before[index]);
    expect(after.slice(first + 1 + added)).toEqual(before.slice(first + 1));
    architecture = child;
  }
});

test('published mutations choose the block first, the uniform one among all neighbours', () => {
  const draws = 600;
  const head = (operator: 'published' | 'uniform') => {
    const source = random(`block ${operator}`);
    let count = 0;
    for (let i = 0; i < draws; i++) {
      count += mutateZen(NET, source, operator).blocks[2].channels === 128 ? 0 : 1;
    }
    return count;
  };
  expect(Math.abs(deviation(head('published'), draws, 1 / 3))).toBeLessThan(4);
  expect(Math.abs(deviation(head('uniform'), draws, 8 / neighbourZen(NET).length))).toBeLessThan(4);
});

test('neighbours are all replacements of one block', () => {
  const texts = neighbourZen(NET).map(formatZen);
  // Stem 8 → 16, 24 by factors 2 and 2.5 (1.5 · 8 = 12 rounds to 16, 20 to 16); head: 8 other channels of 128.
  const stem = 1;
  const widths = new Set([40, 32, 24, 20, 16, 12.8, 10.7, 8, 6.4].map(roundChannels)).size;
  const bottlenecks = 2;
  expect(texts).toHaveLength(stem + 6 * widths * 3 * bottlenecks - 1 + 8);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).toContain('SuperConvK3BNRELU(3,16,1,1)SuperResK3K3(16,16,2,8,1)SuperConvK1BNRELU(16,128,1,1)');
  expect(texts).toContain('SuperConvK3BNRELU(3,8,1,1)SuperResK1K7K1(8,40,2,16,3)SuperConvK1BNRELU(40,128,1,1)');
});

test('inverted bottlenecks become other ones, and leave the last convolution as it is', () => {
  const neighbours = neighbourZen(INVERTED);
  expect(new Set(neighbours.map(({ blocks }) => blocks[1].type)).size).toBe(12);
  expect(neighbours.every(({ blocks }) => blocks[2].channels === 128)).toBe(true);
});

test('six layers and more become twice three, as long as there is room', () => {
  const deep = 'SuperResK3K3(8,16,2,8,5)';
  const texts = neighbourZen(parseZen(deep)).map(formatZen);
  expect(texts).toContain('SuperResK3K3(8,16,2,8,3)SuperResK3K3(16,16,1,8,3)');
  expect(new Set(texts).size).toBe(texts.length);
  const full = `${deep}${'SuperConvK3BNRELU(16,16,1,1)'.repeat(31)}`;
  const longest = Math.max(...neighbourZen(parseZen(full)).map(({ blocks }) => blocks.length));
  expect(longest).toBe(32);
});

test('channels stay multiples of 8 from 8 to 2048', () => {
  const { blocks } = parseZen('SuperResK3K3(3,2384,1,8,1)');
  const sizes = neighbourZen({ inputChannels: 3, blocks }).flatMap(({ blocks: [block] }) => [
    block.channels,
    block.bottleneck!,
  ]);
  expect(sizes.every((size) => size % 8 === 0 && size >= 8 && size <= 2384)).toBe(true);
  expect(new Set(sizes)).toContain(2048);
});
