import { DatasetError } from '@gradsign/dataset';
import { sizeOf, tensor, type Tensor } from '@gradsign/onnx';
import fc from 'fast-check';
import { NpyError } from './npy-error';
import { readNpy, writeNpy, type NpyDataType } from './npy';

/** `numpy.arange(6, dtype='<f4').reshape(1, 2, 3) / 4` as NumPy 2.4 writes it in versions 1.0, 2.0 and 3.0. */
const NUMPY_DATA = 'AAAAAAAAgD4AAAA/AABAPwAAgD8AAKA/';
const NUMPY_FILES = [
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo',
  'k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwgMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo',
  'k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwgMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo',
].map((header) => Buffer.concat([Buffer.from(header, 'base64'), Buffer.from(NUMPY_DATA, 'base64')]));
const NUMPY_ARRAY = tensor('float32', [1, 2, 3], Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25));

/** A version 1 file with the given header text. */
function file(header: string, dataBytes: number): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(header),
    Buffer.alloc(dataBytes),
  ]);
}

const arrays: fc.Arbitrary<Tensor<NpyDataType>> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain((shape) => {
    const size = { minLength: sizeOf(shape), maxLength: sizeOf(shape) };
    return fc.oneof(
      fc.float32Array(size).map((data) => tensor('float32', shape, data)),
      fc.float64Array(size).map((data) => tensor('float64', shape, data)),
      fc.bigInt64Array(size).map((data) => tensor('int64', shape, data)),
      fc.int32Array(size).map((data) => tensor('int32', shape, data)),
      fc.uint8Array(size).map((data) => tensor('uint8', shape, data)),
    );
  });

test.each(NUMPY_FILES)('reads what NumPy writes, aligned or not: %#', (bytes) => {
  expect(readNpy(bytes)).toEqual(NUMPY_ARRAY);
  const shifted = Buffer.concat([Buffer.from([0]), bytes]).subarray(1);
  expect(readNpy(shifted)).toEqual(NUMPY_ARRAY);
});

test('writes what NumPy writes', () => {
  expect(Buffer.from(writeNpy(NUMPY_ARRAY))).toEqual(NUMPY_FILES[0]);
});

test('any array survives', () => {
  fc.assert(
    fc.property(arrays, (array) => {
      const bytes = writeNpy(array);
      expect((bytes.length - array.data.byteLength) % 64).toBe(0);
      expect(readNpy(bytes)).toEqual(array);
    }),
  );
});

test('headers may be written in any order and with either quotes', () => {
  const header = `{"shape":(2 , 1),'fortran_order':False,\t"descr":'|u1'}\n`;
  expect(readNpy(file(header, 2)).shape).toEqual([2, 1]);
});

test('no bytes crash the reader', () => {
  const outcome = (bytes: Uint8Array) => {
    try {
      readNpy(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(NpyError);
      expect((error as Error).message.length).toBeLessThan(400);
    }
  };
  const magic = Buffer.from('\x93NUMPY', 'latin1');
  fc.assert(fc.property(fc.uint8Array(), outcome));
  fc.assert(fc.property(fc.uint8Array(), (rest) => outcome(Buffer.concat([magic, rest]))));
  const fragment = fc.constantFrom(
    ..."{}(),:'123 ",
    'descr',
    'shape',
    "'shape'",
    'True',
    "'<f4'",
    '9'.repeat(400),
    '\0',
  );
  fc.assert(fc.property(fc.array(fragment), (parts) => outcome(file(parts.join(''), 4))));
  fc.assert(
    fc.property(arrays, fc.nat(), fc.nat(255), (array, at, byte) => {
      const bytes = writeNpy(array);
      bytes[at % bytes.length] = byte;
      outcome(bytes);
    }),
    { numRuns: 500 },
  );
});

test('a file that is cut, or goes on, is refused wherever that is', () => {
  for (const bytes of NUMPY_FILES) {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readNpy(bytes.subarray(0, length))).toThrow(NpyError);
    }
    expect(() => readNpy(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(
      'npy.shape [1,2,3]: this shape of float32 has 24 bytes, the file has 25',
    );
  }
});

const header = (descr: string, order: string, shape: string) =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

test.each<[string, string]>([
  [header('>f4', 'False', '(1,)'), 'npy.descr ">f4": the element type is one of <f4 (float32), <f8 (float64)'],
  [header('|O', 'False', '(1,)'), 'npy.descr "|O": the element type is one of'],
  [header('<f4', 'True', '(1,)'), 'npy.fortran_order true: arrays are stored in C order'],
  [header('<f4', 'False', '(2,)'), 'npy.shape [2]: this shape of float32 has 8 bytes, the file has 4'],
  [header('<f4', 'False', '(9007199254740991, 9007199254740991)'), 'the file has 4'],
  [header('<f4', 'False', '(99999999999999999999,)'), 'npy.header "99999999999999999999": an extent is below 2^53'],
  [header('<f4', 'False', '(-1,)'), 'starts nothing that a header may have'],
  [header('<f4', 'False', '(1)'), 'a header has "," as its token'],
  [header('<f4', 'False', '1'), 'a header has "(" as its token'],
  [header('<f4', 'False', `(${'1, '.repeat(33)})`), 'a shape has at most 32 dimensions'],
  [header('<f4', 'None', '(1,)'), 'starts nothing that a header may have'],
  ["{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 'starts nothing that a header may have'],
  ["{'descr': '<f4', 'shape': (1,)}", 'a header has descr, fortran_order and shape'],
  ["{'descr': '<f4', 'descr': '<f4'}", 'npy.header "descr": this key is given twice'],
  ["{'descr': '<f4', 'extra': 1}", 'npy.header "extra": this key is unknown'],
  [header('<f4', 'False', '(1,)') + '{}', 'nothing follows the dictionary'],
  ['', 'a header has "{" as its token 1'],
  [' '.repeat(10_001), 'npy.header.length 10001: a header has at most 10000 bytes'],
])('refused: %#', (text, message) => {
  expect(() => readNpy(file(text, 4))).toThrow(NpyError);
  expect(() => readNpy(file(text, 4))).toThrow(message);
});

test('other magics and versions are refused', () => {
  expect(() => readNpy(Buffer.from('PK\x03\x04 something else'), 'inputs')).toThrow(
    'inputs.length 19: the bytes do not',
  );
  const future = Buffer.from(NUMPY_FILES[0]);
  future[6] = 4;
  expect(() => readNpy(future)).toThrow('npy.version "4.0": the version is 1.0, 2.0 or 3.0');
  expect(new NpyError('a', 1, 'b')).toBeInstanceOf(DatasetError);
});
