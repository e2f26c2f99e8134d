import { UnsupportedOperatorError } from '@gradsign/engine';
import { float32, GraphBuilder, int64, tensor, zeros, type Tensor } from '@gradsign/onnx';
import { DeviceUnavailableError } from './device-unavailable';
import { availableDevices, createOnnxRuntimeEngine } from './engine';

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

test('batch normalisation in training mode keeps its statistics out of constants and feeds', async () => {
  const b = new GraphBuilder('test');
  const [x, scale, shift] = [b.input('x', 'float32', [2, 1]), float32([1]), float32([0])];
  const mean = b.input('mean', 'float32', [1]);
  const constants = [b.initializer('scale', scale), b.initializer('shift', shift), mean, b.constant(float32([1]))];
  const [y] = b.nodes('BatchNormalization', [x, ...constants], 3, { training_mode: 1, epsilon: 0 });
  b.output(y, 'y');
  const session = await createOnnxRuntimeEngine().load(b.build());
  const feeds = { x: float32([3, 7], [2, 1]), mean: float32([0]) };
  for (let run = 0; run < 3; run += 1) {
    const outputs = await session.run(feeds);
    expect(Object.keys(outputs)).toEqual(['y']);
    expect([...(outputs.y.data as Float32Array)]).toEqual([-1, 1]);
  }
  expect(feeds.mean.data[0]).toBe(0);
  await session.release();
});

test('float64 runs where ONNX Runtime has it, and is refused by node where not', async () => {
  const b = new GraphBuilder('double');
  const x = b.input('x', 'float64', [1, 1, 2, 2]);
  const product = b.node('MatMul', [x, x]);
  b.output(product, 'y');
  const session = await createOnnxRuntimeEngine().load(b.build());
  const { y } = await session.run({ x: tensor('float64', [1, 1, 2, 2], Float64Array.of(2 ** 1000, 1, 0, 2 ** -500)) });
  await session.release();
  expect(y.dtype).toBe('float64');
  expect([...(y.data as Float64Array)]).toEqual([Infinity, 2 ** 1000, 0, 2 ** -1000]);
  b.output(b.node('Conv', [x, x], {}, 'stem'));
  const refused = createOnnxRuntimeEngine().load(b.build());
  await expect(refused).rejects.toThrow(UnsupportedOperatorError);
  await expect(refused).rejects.toThrow('onnxruntime: node "stem" (Conv): not implemented for its element types');
});

test('a device without a provider is refused with those that there are', () => {
  expect(availableDevices()).toContain('cpu');
  expect(() => createOnnxRuntimeEngine({ device: 'tpu' })).toThrow(DeviceUnavailableError);
  expect(() => createOnnxRuntimeEngine({ device: 'tpu' })).toThrow(/"tpu" here: it has .*cpu/);
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
