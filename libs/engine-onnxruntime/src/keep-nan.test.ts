import { ReferenceEngine } from '@gradsign/engine-reference';
import { checkGraph, float32, GraphBuilder } from '@gradsign/onnx';
import { keepNaN } from './keep-nan';

test('a HardSigmoid means what it meant, also of numbers that are none', async () => {
  const b = new GraphBuilder('test');
  const x = b.input('x', 'float32', [7]);
  b.output(b.node('Neg', [b.node('HardSigmoid', [x])]), 'y');
  b.output(b.node('HardSigmoid', [x], { alpha: 2 ** 127, beta: 0.5 }), 'step');
  const graph = keepNaN(b.build());
  checkGraph(graph);
  const session = await new ReferenceEngine().load(graph);
  const { y, step } = await session.run({ x: float32([NaN, Infinity, -Infinity, 0, 1, -1, 9]) });
  expect([...y.data].map((value) => Number(Number(value).toFixed(6)))).toEqual([NaN, -1, 0, -0.5, -0.7, -0.3, -1]);
  expect([...step.data]).toEqual([NaN, 1, 0, 0.5, 1, 0, 1]);
});
