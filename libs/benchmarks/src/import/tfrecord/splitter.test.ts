import fc from 'fast-check';
import { ImportError } from '../../errors';
import { tfRecord } from '../../testing/tfrecord-writer';
import { TfRecordSplitter } from './splitter';

function split(file: Buffer, chunkBytes = file.length || 1) {
  const splitter = new TfRecordSplitter('x.tfrecord');
  const records = [];
  for (let start = 0; start < file.length; start += chunkBytes) {
    const chunk = Buffer.from(file.subarray(start, start + chunkBytes));
    for (const { data, ...record } of splitter.push(chunk)) records.push({ ...record, data: Buffer.from(data) });
    chunk.fill(0xee);
  }
  splitter.end();
  return records;
}

test('records come out as they were written, however the file is cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 60 }),
      (all, n) => {
        const records = split(Buffer.concat(all.map((data) => tfRecord(data))), n);
        expect(records.map(({ data }) => [...data])).toEqual(all.map((data) => [...data]));
        let offset = 0;
        records.forEach((record, i) => {
          expect(record).toMatchObject({ number: i + 1, offset, end: offset + 16 + record.data.length });
          offset = record.end;
        });
      },
    ),
  );
});

test('a record of a megabyte passes', () => {
  const data = Buffer.alloc(2 ** 20, 'x');
  expect(split(tfRecord(data), 100_000)[0].data.equals(data)).toBe(true);
});

const good = tfRecord(Buffer.from('good'));
const after = (bytes: Uint8Array) => Buffer.concat([good, good, bytes]);

test.each<[string, Buffer, number, string]>([
  [
    'a wrong checksum of the length',
    after(tfRecord(Buffer.of(1), { lengthChecksum: 1 })),
    40,
    'no TFRecord begins here',
  ],
  ['a wrong checksum of the data', after(tfRecord(Buffer.of(1), { dataChecksum: 1 })), 40, 'do not have the checksum'],
  ['a length below the data', after(tfRecord(Buffer.from('abcd'), { length: 2n })), 40, 'do not have the checksum'],
  ['a length beyond the file', after(tfRecord(Buffer.from('abcd'), { length: 5n })), 40, 'it is cut short'],
  ['too long a record', tfRecord(Buffer.of(1), { length: 2n ** 20n + 1n }), 0, 'this record has 1048577 bytes'],
  ['an absurd length', tfRecord(Buffer.of(1), { length: 2n ** 63n }), 0, 'this record has 9223372036854775808 bytes'],
  ['half a header', after(good.subarray(0, 7)), 40, 'the file ends within this record'],
  ['half the data', after(good.subarray(0, 14)), 40, 'the file ends within this record'],
  ['no last byte', after(good.subarray(0, -1)), 40, 'the file ends within this record'],
  ['a text', Buffer.from('module_hash,epochs\n'), 0, 'no TFRecord begins here'],
  ['gzip', Buffer.from('1f8b0800000000000003edc1010d000000c2a0f74f6d0e37a0', 'hex'), 0, 'no TFRecord begins here'],
])('%s stops with the offset of its record', (_, file, offset, message) => {
  for (const chunkBytes of [1, 5, file.length]) {
    expect(() => split(file, chunkBytes)).toThrow(ImportError);
    expect(() => split(file, chunkBytes)).toThrow(`x.tfrecord, byte ${offset}: `);
    expect(() => split(file, chunkBytes)).toThrow(message);
  }
});

test('a flipped bit never passes', () => {
  const file = Buffer.concat([good, tfRecord(Buffer.from('the second')), good]);
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const flipped = Buffer.from(file);
    flipped[bit >> 3] ^= 1 << (bit & 7);
    expect(() => split(flipped, 13)).toThrow(ImportError);
  }
});
