import { float32, GraphBuilder, int64, zeros, type Tensor } from '@gradsign/onnx';
import { availableDevices, createOnnxRuntimeEngine, DeviceUnavailableError } from './engine';

async function runOnce(build: (b: GraphBuilder) => void, feeds: Record<string, Tensor>) {
  const builder = new GraphBuilder('test');
  build(builder);
  const session = await createOnnxRuntimeEngine().load(builder.build());
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

test('a convolution of ones counts its window', async () => {
  const { y } = await runOnce(
    (b) => {
      const x = b.input('x', 'float32', [1, 1, 3, 3]);
      const w = b.initializer('w', float32(new Array(9).fill(1), [1, 1, 3, 3]));
      b.output(b.node('Conv', [x, w], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }), 'y');
    },
    { x: float32(new Array(9).fill(1), [1, 1, 3, 3]) },
  );
  expect([...(y.data as Float32Array)]).toEqual([4, 6, 4, 6, 9, 6, 4, 6, 4]);
});

test('Sign keeps NaN, in vectors and in their remainders, so that sums of signs count it', async () => {
  const values = Array.from({ length: 37 }, (_, i) => [-2, 0, 3, NaN, Infinity][i % 5]);
  const { y } = await runOnce((b) => b.output(b.node('Sign', [b.input('x', 'float32', [37])]), 'y'), {
    x: float32(values),
  });
  expect([...(y.data as Float32Array)]).toEqual(values.map((v) => Math.sign(v)));
});

test('a device without a provider is refused with those that there are', () => {
  expect(availableDevices()).toContain('cpu');
  expect(() => createOnnxRuntimeEngine({ device: 'tpu' })).toThrow(DeviceUnavailableError);
  expect(() => createOnnxRuntimeEngine({ device: 'tpu' })).toThrow(/"tpu" here; it has: .*cpu/);
});

test('integers and booleans come back in their own types', async () => {
  const { i, b } = await runOnce(
    (g) => {
      const x = g.input('x', 'int64', [2]);
      g.output(g.node('Add', [x, g.constant(int64([1]))]), 'i');
      g.output(g.node('Equal', [x, g.constant(int64([3]))]), 'b');
    },
    { x: int64([3, 4]) },
  );
  expect(i).toMatchObject({ dtype: 'int64', shape: [2] });
  expect([...(i.data as BigInt64Array)]).toEqual([4n, 5n]);
  expect(b.dtype).toBe('bool');
  expect([...(b.data as Uint8Array)]).toEqual([1, 0]);
  expect(zeros('bool', [1]).data.length).toBe(1);
});
