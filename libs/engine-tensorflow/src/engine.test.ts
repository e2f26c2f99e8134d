import { createRequire } from 'node:module';
import { UnsupportedOperatorError } from '@gradsign/engine';
import { float32, GraphBuilder, GraphError, int64, schemas, tensor } from '@gradsign/onnx';
import { engineOver } from './engine';
import { kernels } from './kernels';
import { backendFor } from './test-backend';
import type { TensorFlow } from './tfjs';

const backend = backendFor('cpu', createRequire(__filename));
const needsBackend = backend === undefined ? test.skip : test;
const where = backend === undefined ? ' (@tensorflow/tfjs-backend-cpu is not installed)' : '';

// Loading a graph touches no tensor.
const unloaded = engineOver({} as TensorFlow, 'cpu');

test('every operator of a graph has a kernel', () => {
  expect([...kernels.keys()].sort()).toEqual([...schemas.keys()].sort());
});

test('element types that TensorFlow.js does not have are refused on loading, by node and value', async () => {
  const b = new GraphBuilder('double');
  b.output(b.node('Abs', [b.input('x', 'float64', [2])], {}, 'stem'));
  const refused = unloaded.load(b.build());
  await expect(refused).rejects.toThrow(UnsupportedOperatorError);
  await expect(refused).rejects.toThrow('tensorflow: node "stem" (Abs): value "x" has the type float64');
});

test('a convolution over three axes is refused on loading', async () => {
  const b = new GraphBuilder('volume');
  const [x, w] = [b.input('x', 'float32', [1, 1, 3, 3, 3]), b.input('w', 'float32', [1, 1, 2, 2, 2])];
  b.output(b.node('Conv', [x, w], {}, 'stem'));
  await expect(unloaded.load(b.build())).rejects.toThrow(
    'tensorflow: node "stem" (Conv): windows over 3 axes are not implemented',
  );
});

test('a padding value that is not constant is refused on loading', async () => {
  const b = new GraphBuilder('pad');
  const [x, value] = [b.input('x', 'float32', [2]), b.input('value', 'float32', [])];
  b.output(b.node('Pad', [x, b.constant(int64([1, 1])), value], {}, 'frame'));
  await expect(unloaded.load(b.build())).rejects.toThrow('node "frame" (Pad): input 2 must be a constant');
});

test('a symbolic dimension is refused on loading', async () => {
  const b = new GraphBuilder('symbolic');
  b.output(b.node('Abs', [b.input('x', 'float32', ['N'])]));
  await expect(unloaded.load(b.build())).rejects.toThrow('value "x" has the symbolic dimension N');
});

needsBackend(`wrong feeds and integers beyond int32 are refused, and leave no tensor behind${where}`, async () => {
  const tf = await backend!();
  const b = new GraphBuilder('feeds');
  const [x, y] = [b.input('x', 'float32', [2]), b.input('y', 'int64', [1])];
  b.output(b.node('Neg', [x]));
  b.output(b.node('Neg', [y]));
  const before = tf.memory().numTensors;
  const session = await engineOver(tf, 'cpu').load(b.build());
  const good = { x: float32([1, 2]), y: int64([3]) };
  await expect(session.run({ x: good.x })).rejects.toThrow(new GraphError('input "y" is not fed'));
  await expect(session.run({ ...good, x: float32([1]) })).rejects.toThrow(
    'input "x" is fed float32[1], must be float32[2]',
  );
  const large = tensor('int64', [1], BigInt64Array.of(2n ** 31n));
  await expect(session.run({ ...good, y: large })).rejects.toThrow('the int64 value 2147483648 must lie in');
  await session.release();
  expect(tf.memory().numTensors).toBe(before);
});
