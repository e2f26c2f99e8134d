import { ReferenceEngine } from '@gradsign/engine-reference';
import { int64, type Attribute } from '@gradsign/onnx';
import { differences, type GradientCase } from '../testing/gradient-check';

const engine = new ReferenceEngine();

const check = (build: GradientCase['build']) => differences(engine, { inputs: [[2, 3, 4]], build });

describe.each([0, 1])('keepdims = %d', (keepdims) => {
  it.each([[undefined], [[0]], [[-1]], [[1, 2]], [[0, -2]], [[2, 0, 1]]])('over axes %j', async (axes) => {
    const attributes: Record<string, Attribute> = axes ? { axes, keepdims } : { keepdims };
    for (const op of ['ReduceMean', 'ReduceMax']) {
      expect(await check((b, x) => b.node(op, [x], attributes))).toEqual([]);
    }
    expect(await check((b, x) => b.node('ReduceSum', [x, axes && b.constant(int64(axes))], { keepdims }))).toEqual([]);
  });
});

it('ReduceSum without axes that is told to do nothing', async () => {
  expect(await check((b, x) => b.node('ReduceSum', [x], { noop_with_empty_axes: 1 }))).toEqual([]);
});
