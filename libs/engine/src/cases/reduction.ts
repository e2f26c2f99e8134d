import { int64 } from '@gradsign/onnx';
import { define, type ConformanceCase } from './case';

const axesOf: (number[] | undefined)[] = [undefined, [0], [-1], [1, 2], [0, 2], [0, 1, 2, 3], [2, 0, -1]];

export const reduction: ConformanceCase[] = [
  ...axesOf.flatMap((axes) =>
    [0, 1].flatMap((keepdims) => [
      ...['ReduceMean', 'ReduceMax'].map((op) =>
        define(`${op} ${axes?.join() ?? 'all'} keepdims ${keepdims}`, (c) =>
          c.node(op, [c.input([2, 3, 4, 5])], axes ? { axes, keepdims } : { keepdims }),
        ),
      ),
      define(`ReduceSum ${axes?.join() ?? 'all'} keepdims ${keepdims}`, (c) =>
        c.node('ReduceSum', [c.input([2, 3, 4, 5]), axes && c.constant(int64(axes))], { keepdims }),
      ),
    ]),
  ),
  define('ReduceSum without axes as no operation', (c) =>
    c.node('ReduceSum', [c.input([2, 3])], { noop_with_empty_axes: 1 }),
  ),
  define('ReduceSum int64', (c) =>
    c.node('ReduceSum', [c.feed(int64([1, 2, 3, 4, 5, 6], [2, 3])), c.constant(int64([1]))]),
  ),
];
