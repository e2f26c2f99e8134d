import { philox4x32 } from './philox';

function hex(...[c0, c1, c2, c3, k0, k1]: number[]): string[] {
  const out = new Uint32Array(4);
  philox4x32(c0, c1, c2, c3, k0, k1, out);
  return Array.from(out, (word) => word.toString(16).padStart(8, '0'));
}

// The known answers of Random123 (kat_vectors, philox4x32 with 10 rounds).
test.each([
  [
    [0, 0, 0, 0, 0, 0],
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'],
  ],
  [new Array<number>(6).fill(0xffffffff), ['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd']],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
    ['d16cfe09', '94fdcceb', '5001e420', '24126ea1'],
  ],
])('known answer %#', (input, expected) => {
  expect(hex(...input)).toEqual(expected);
});
