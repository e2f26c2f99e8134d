import { TensorProto } from '../gen/onnx/onnx';
import { float32 } from '../tensor';
import { field, join } from './parts';
import { encodeTensor, tensorParts } from './tensor-proto';

test.each([0, 1, 31, 32, 127, 128, 5000])(
  'a tensor of %d elements has the bytes that the generated code writes',
  (size) => {
    const tensor = float32(Array.from({ length: size }, Math.sqrt), [size]);
    const expected = TensorProto.encode(encodeTensor('weight', tensor)).finish();
    const bytes = join(tensorParts('weight', tensor));
    expect(TensorProto.decode(bytes)).toEqual(TensorProto.decode(expected));
    expect(bytes.length).toBe(expected.length);
  },
);

test('a length of many bytes stands before the content', () => {
  const content = [new Uint8Array(200), new Uint8Array(100)];
  expect(field(2, content)[0]).toEqual(Uint8Array.from([0x12, 0xac, 0x02]));
  expect(join(field(2, content)).length).toBe(303);
});
