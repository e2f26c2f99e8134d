import { functionalString, publishedString } from './canonical';
import { enumerateCells } from './enumeration';
import { parseCell } from './notation';

const published = (text: string) => publishedString(parseCell(text));
const functional = (text: string) => functionalString(parseCell(text));

const NONE = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';

describe('canonical forms of NAS-Bench-201', () => {
  test('have 6,466 and 4,930 classes, and the functional ones are unions of the published ones', () => {
    const functionalOf = new Map<string, string>();
    for (const cell of enumerateCells()) {
      const [string, whole] = [publishedString(cell), functionalString(cell)];
      if ((functionalOf.get(string) ?? whole) !== whole) throw new Error(`${string} is in two functional classes`);
      functionalOf.set(string, whole);
    }
    expect(functionalOf.size).toBe(6466);
    expect(new Set(functionalOf.values()).size).toBe(4930);
  });

  test('follow the rules by hand', () => {
    const cell = '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|';
    expect(published(cell)).toBe('#+(#+((0)@nor_conv_3x3)@nor_conv_1x1)@avg_pool_3x3+0');
    expect(functional(cell)).toBe('(((0)@nor_conv_3x3)@nor_conv_1x1)@avg_pool_3x3+0');
    expect(published(NONE)).toBe('#+#+#');
    expect(functional(NONE)).toBe('#');
  });

  test('a single # is zero in the published rule, a sum of # is not', () => {
    const viaNode1 = '|none~0|+|skip_connect~0|none~1|+|none~0|nor_conv_3x3~1|none~2|';
    expect(published(viaNode1)).toBe('#+#+#');
    const viaNode2 = '|skip_connect~0|+|none~0|none~1|+|none~0|none~1|nor_conv_3x3~2|';
    expect(published(viaNode2)).toBe('#+#+(#+#)@nor_conv_3x3');
    expect(functional(viaNode2)).toBe('#');
  });

  test('sums of three terms are told apart by their nesting in the published rule only', () => {
    const inner3x3 = '|nor_conv_3x3~0|+|avg_pool_3x3~0|skip_connect~1|+|nor_conv_1x1~0|none~1|skip_connect~2|';
    const inner1x1 = '|nor_conv_1x1~0|+|avg_pool_3x3~0|skip_connect~1|+|nor_conv_3x3~0|none~1|skip_connect~2|';
    expect(published(inner3x3)).toBe('#+(0)@avg_pool_3x3+(0)@nor_conv_3x3+(0)@nor_conv_1x1');
    expect(published(inner1x1)).toBe('#+(0)@avg_pool_3x3+(0)@nor_conv_1x1+(0)@nor_conv_3x3');
    expect(functional(inner3x3)).toBe('(0)@avg_pool_3x3+(0)@nor_conv_1x1+(0)@nor_conv_3x3');
    expect(functional(inner1x1)).toBe(functional(inner3x3));
  });
});
