import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, tensor } from '@gradsign/onnx';
import { differences } from '../testing/gradient-check';

const engine = new ReferenceEngine();

it.each(['Relu', 'Sigmoid', 'Tanh', 'Erf', 'Dropout'])('%s', async (op) => {
  expect(await differences(engine, { inputs: [[2, 3, 4]], build: (b, x) => b.node(op, [x]) })).toEqual([]);
});

it.each(['HardSigmoid', 'HardSwish'])('%s', async (op) => {
  const wide = { shape: [12], from: -5, to: 5 };
  expect(await differences(engine, { inputs: [wide], build: (b, x) => b.node(op, [x]) })).toEqual([]);
});

describe.each(['Softmax', 'LogSoftmax'])('%s', (op) => {
  it.each([-1, 0, 1, 2])('axis %d', async (axis) => {
    expect(await differences(engine, { inputs: [[2, 3, 4]], build: (b, x) => b.node(op, [x], { axis }) })).toEqual([]);
  });
});

it.each([
  ['between', [0.5], [1]],
  ['from below', [0.5], undefined],
  ['from above', undefined, [1]],
])('Clip %s', async (_, low, high) => {
  const found = await differences(engine, {
    inputs: [[2, 7]],
    build: (b, x) => b.node('Clip', [x, ...[low, high].map((v) => v && b.constant(float32(v, [])))]),
  });
  expect(found).toEqual([]);
});

it('Where: each branch where it was taken, over broadcast branches', async () => {
  const found = await differences(engine, {
    inputs: [[3], [2, 1]],
    build: (b, x, y) => b.node('Where', [b.constant(tensor('bool', [2, 3], Uint8Array.of(1, 0, 1, 0, 0, 1))), x, y]),
  });
  expect(found).toEqual([]);
});
