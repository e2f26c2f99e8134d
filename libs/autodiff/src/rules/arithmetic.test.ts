import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, GraphBuilder, type Value } from '@gradsign/onnx';
import { gradients } from '../gradients';
import { differences, type Values } from '../testing/gradient-check';

const engine = new ReferenceEngine();
const positive = (...shape: number[]): Values => ({ shape, from: 0.5, to: 3 });

describe.each(['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max'])('%s', (op) => {
  it.each([
    ['same shape', [2, 3], [2, 3]],
    ['a row', [2, 3], [3]],
    ['a column', [2, 3], [2, 1]],
    ['both repeated', [2, 1, 2], [3, 1]],
    ['a scalar', [2, 3], []],
    ['a scalar first', [], [3]],
    ['axes of size 1 in front', [3], [1, 1, 3]],
  ])('%s', async (_, a, b) => {
    const inputs = [positive(...a), positive(...b)];
    expect(await differences(engine, { inputs, build: (g, ...xs) => g.node(op, xs) })).toEqual([]);
  });

  it('both sides are one value', async () => {
    expect(await differences(engine, { inputs: [positive(3)], build: (g, x) => g.node(op, [x, x]) })).toEqual([]);
  });
});

it.each(['Neg', 'Abs', 'Exp', 'Identity'])('%s', async (op) => {
  expect(await differences(engine, { inputs: [[3, 5]], build: (g, x) => g.node(op, [x]) })).toEqual([]);
});

it.each(['Log', 'Sqrt', 'Reciprocal'])('%s', async (op) => {
  expect(await differences(engine, { inputs: [positive(3, 5)], build: (g, x) => g.node(op, [x]) })).toEqual([]);
});

it.each([2, 3, 0.5, 1, -1])('Pow with the exponent %d', async (exponent) => {
  const power = (b: GraphBuilder, x: Value) => b.node('Pow', [x, b.constant(float32([exponent], []))]);
  expect(await differences(engine, { inputs: [positive(3, 5)], build: power })).toEqual([]);
});

it('Pow with an exponent that is not one constant is refused', async () => {
  const power = { inputs: [positive(3), positive(3)], build: (b: GraphBuilder, ...xs: Value[]) => b.node('Pow', xs) };
  await expect(differences(engine, power)).rejects.toThrow('node "Pow_0" (Pow) cannot be differentiated');
});

it('equal extremes share the cotangent', async () => {
  const b = new GraphBuilder('ties');
  const x = b.input('x', 'float32', [3]);
  const y = b.input('y', 'float32', [3]);
  const max = b.node('Max', [x, y]);
  const top = b.node('ReduceMax', [x], { keepdims: 0 });
  for (const scalar of [b.node('ReduceSum', [max], { keepdims: 0 }), top]) {
    b.output(gradients(b, { of: scalar, withRespectTo: [x] })[0]);
  }
  const outputs = await (await engine.load(b.build())).run({ x: float32([1, 2, 2]), y: float32([1, 0, 3]) });
  expect(Object.values(outputs).map(({ data }) => [...data])).toEqual([
    [0.5, 1, 0],
    [0, 0.5, 0.5],
  ]);
});

it('adds the cotangents of a value that is read several times', async () => {
  const build = (b: GraphBuilder, x: Value) => {
    const square = b.node('Mul', [x, x]);
    return b.node('Add', [b.node('Mul', [square, x]), b.node('Mul', [b.node('Sign', [x]), x])]);
  };
  expect(await differences(engine, { inputs: [[4]], build })).toEqual([]);
});
