import { ReferenceEngine } from '@gradsign/engine-reference';
import { differences } from '../testing/gradient-check';

const engine = new ReferenceEngine();

it.each([
  [
    [2, 3],
    [3, 4],
  ],
  [
    [2, 3, 4],
    [4, 5],
  ],
  [
    [3, 4],
    [2, 4, 5],
  ],
  [
    [2, 1, 2, 3],
    [3, 3, 2],
  ],
  [
    [2, 1, 2, 3],
    [1, 3, 3, 1],
  ],
])('MatMul of %j and %j', async (a, b) => {
  expect(await differences(engine, { inputs: [a, b], build: (g, ...xs) => g.node('MatMul', xs) })).toEqual([]);
});

const biases = [undefined, [4], [2, 4], [2, 1], [1, 4], []];

describe.each([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
])('Gemm with transA = %d, transB = %d', (transA, transB) => {
  it.each(biases)('and a bias of shape %j', async (bias) => {
    const inputs = [transA ? [3, 2] : [2, 3], transB ? [4, 3] : [3, 4], ...(bias ? [bias] : [])];
    const attributes = { transA, transB, alpha: 0.5, beta: -2 };
    expect(await differences(engine, { inputs, build: (g, ...xs) => g.node('Gemm', xs, attributes) })).toEqual([]);
  });
});
