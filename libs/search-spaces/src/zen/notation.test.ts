import fc from 'fast-check';
import { ArchitectureSyntaxError } from '../errors';
import { BLOCK_TYPES, type ZenArchitecture } from './architecture';
import { formatZen, parseZen } from './notation';

const NET =
  'SuperConvK3BNRELU(3,24,1,1)SuperResK3K3(24,16,2,8,2)SuperResIDWE6K5(16,8,1,16,3)SuperConvK1BNRELU(8,64,1,1)';

const channels = fc.integer({ min: 1, max: 8192 });
const block = fc.constantFrom(...BLOCK_TYPES).chain(({ name: type, family }) =>
  fc.record({
    type: fc.constant(type),
    channels,
    stride: fc.constantFrom(1, 2),
    ...(family === 'conv' ? {} : { bottleneck: channels }),
    layers: fc.integer({ min: 1, max: 16 }),
  }),
);
const architectures: fc.Arbitrary<ZenArchitecture> = fc.record({
  inputChannels: channels,
  blocks: fc.array(block, { minLength: 1, maxLength: 32 }),
});

const refusal = (text: string): ArchitectureSyntaxError => {
  try {
    parseZen(text);
  } catch (error) {
    if (error instanceof ArchitectureSyntaxError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
};

test('reads the blocks one after the other', () => {
  expect(parseZen(NET)).toEqual({
    inputChannels: 3,
    blocks: [
      { type: 'SuperConvK3BNRELU', channels: 24, stride: 1, layers: 1 },
      { type: 'SuperResK3K3', channels: 16, stride: 2, bottleneck: 8, layers: 2 },
      { type: 'SuperResIDWE6K5', channels: 8, stride: 1, bottleneck: 16, layers: 3 },
      { type: 'SuperConvK1BNRELU', channels: 64, stride: 1, layers: 1 },
    ],
  });
  expect(formatZen(parseZen(NET))).toBe(NET);
});

test('printing and reading are inverse', () => {
  fc.assert(
    fc.property(architectures, (architecture) => {
      expect(parseZen(formatZen(architecture))).toEqual(architecture);
    }),
  );
});

const second = NET.indexOf('SuperRes');

test.each([
  ['', 0, 'expected the name of block 0, one of SuperConvK1BNRELU, SuperConvK3BNRELU, '],
  [NET.replace('K3K3', 'K3K5'), second, 'expected the name of block 1, one of SuperConvK1BNRELU'],
  [NET.replace('ResK3K3(', 'ResK3K3['), second + 12, 'expected "(" after the name of block 1, got "[24,'],
  ['SuperConvK3BNRELU(0,8,1,1)', 18, 'expected the input channels of block 0 to be an integer in 1…8192'],
  ['SuperConvK3BNRELU(3,9000,1,1)', 20, 'expected the output channels of block 0 to be an integer in 1…8192'],
  ['SuperConvK3BNRELU(3,08,1,1)', 20, 'expected the output channels of block 0 to be an integer in 1…8192'],
  ['SuperConvK3BNRELU(3,8,3,1)', 22, 'expected the stride of block 0 to be an integer in 1…2, got "3,1)"'],
  ['SuperConvK3BNRELU(3,8,1,17)', 24, 'expected the number of layers of block 0 to be an integer in 1…16'],
  ['SuperConvK3BNRELU(3,8,1)', 23, 'expected "," before the number of layers of block 0'],
  ['SuperConvK3BNRELU(3,8,1,1,1)', 25, 'expected ")" after the number of layers of block 0, got ",1)"'],
  [
    NET.replace('(24,', '(32,'),
    second + 13,
    'expected the input channels of block 1, which the block before puts out, to be 24, got "32,',
  ],
  ['SuperResK3K3(3,8,1,2)', 20, 'expected "," before the number of layers of block 0'],
  ['SuperResK3K3(3,8,1,x,2)', 19, 'expected the bottleneck channels of block 0 to be an integer in 1…8192'],
  [`${NET}\n`, NET.length, 'expected the name of block 4'],
  [NET.slice(0, -1), NET.length - 1, 'expected ")" after the number of layers of block 3, got the end of the text'],
])('%#: points at the first wrong character', (text, position, rule) => {
  const { message } = refusal(text);
  expect(message).toContain(`zen architecture, character ${position}: ${rule}`);
  expect(message.length).toBeLessThan(700);
});

test('bounds the number of blocks', () => {
  const long = 'SuperConvK3BNRELU(8,8,1,1)'.repeat(33);
  expect(refusal(long)).toMatchObject({ position: 32 * 26, rule: 'expected the end after 32 blocks' });
});
