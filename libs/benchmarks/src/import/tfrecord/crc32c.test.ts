import fc from 'fast-check';
import { crc32c, masked } from './crc32c';

const sequence = Uint8Array.from({ length: 32 }, (_, i) => i);

// The examples of RFC 3720, appendix B.4, and the usual check value.
test.each<[string, Uint8Array, number]>([
  ['nothing', new Uint8Array(0), 0],
  ['the digits', Buffer.from('123456789'), 0xe3069283],
  ['zeros', new Uint8Array(32), 0x8a9136aa],
  ['ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['ascending', sequence, 0x46dd794e],
  ['descending', sequence.toReversed(), 0x113fdb5c],
])('%s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test('any part of any bytes, as bit by bit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), fc.nat(20), (bytes, before, after) => {
      const around = Buffer.concat([Buffer.alloc(before, 0xaa), bytes, Buffer.alloc(after, 0x55)]);
      expect(crc32c(around, before, before + bytes.length)).toBe(bitwise(bytes));
    }),
  );
});

test('masked as TFRecord does', () => {
  // What TensorFlow writes as the checksum of the length of a record of 24 bytes.
  const length = Buffer.of(24, 0, 0, 0, 0, 0, 0, 0);
  expect(masked(crc32c(length))).toBe(Buffer.of(0xa3, 0x7f, 0x4b, 0x22).readUInt32LE());
});

function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = (crc ^ (byte >>> bit)) & 1;
      crc = (crc >>> 1) ^ (odd ? 0x82f63b78 : 0);
    }
  }
  return ~crc >>> 0;
}
