import { float32, int64, tensor } from '@gradsign/onnx';
import { define, type ConformanceCase } from './case';

const END = 2 ** 31 - 1;

/** starts, ends, axes, steps of slices of [4, 5, 6]. */
const slices: [number[], number[], number[]?, number[]?][] = [
  [
    [1, 0, 2],
    [3, 5, 6],
  ],
  [[-3], [-1], [1]],
  [[0], [END], [2], [2]],
  [[-1], [-END], [0], [-1]],
  [
    [4, 5],
    [0, -END],
    [1, -1],
    [-2, -3],
  ],
  [[2], [100], [1]],
  [[3], [1], [0]],
];

export const layout: ConformanceCase[] = [
  ...slices.map((lists, i) =>
    define(`Slice ${i}`, (c) =>
      c.node('Slice', [c.input([4, 5, 6]), ...lists.map((list) => list && c.constant(int64(list)))]),
    ),
  ),
  ...[[0, -1], [-1, 4], [24], [2, 3, 1, 4, 1]].map((shape) =>
    define(`Reshape [${shape.join()}]`, (c) => c.node('Reshape', [c.input([2, 3, 4]), c.constant(int64(shape))])),
  ),
  ...[0, 1, 2, 3, -1].map((axis) =>
    define(`Flatten ${axis}`, (c) => c.node('Flatten', [c.input([2, 3, 4])], { axis })),
  ),
  ...[undefined, [0, 2, 1, 3], [3, 1, 0, 2], [1, 0, 2, 3], [0, 1, 2, 3]].map((perm) =>
    define(`Transpose ${perm?.join() ?? 'default'}`, (c) =>
      c.node('Transpose', [c.input([2, 3, 4, 5])], perm ? { perm } : {}),
    ),
  ),
  define('Unsqueeze', (c) => c.node('Unsqueeze', [c.input([3, 4]), c.constant(int64([0, -1]))])),
  define('Squeeze', (c) => c.node('Squeeze', [c.input([1, 3, 1, 4]), c.constant(int64([0, -2]))])),
  define('Squeeze all', (c) => c.node('Squeeze', [c.input([1, 3, 1, 4])])),
  define('Shape', (c) => {
    const x = c.input([2, 3, 4]);
    return [c.node('Shape', [x]), c.node('Shape', [x], { start: -2 }), c.node('Shape', [x], { start: 1, end: 2 })];
  }),
  ...[0, 1, -1].map((axis) =>
    define(`Concat ${axis}`, (c) => {
      const shapes = [2, 1, 3].map((size) => [4, 4, 4].map((dim, i) => (i === (axis + 3) % 3 ? size : dim)));
      return c.node(
        'Concat',
        shapes.map((shape) => c.input(shape)),
        { axis },
      );
    }),
  ),
  define('Split by sizes', (c) =>
    c.graph.nodes('Split', [c.input([2, 7, 3]), c.constant(int64([2, 4, 1]))], 3, { axis: 1 }),
  ),
  define('Split evenly', (c) => c.graph.nodes('Split', [c.input([2, 6])], 3, { axis: -1 })),
  define('Pad', (c) =>
    c.node('Pad', [c.input([2, 3]), c.constant(int64([1, 0, 2, 3])), c.constant(float32([0.5], []))]),
  ),
  define('Pad by nothing given', (c) =>
    c.node('Pad', [c.input([1, 2, 3, 3]), c.constant(int64([0, 0, 1, 1, 0, 0, 1, 1]))]),
  ),
  define('Pad that cuts', (c) => c.node('Pad', [c.input([4, 5]), c.constant(int64([-1, 1, 2, -2]))])),
  ...[0, 1, -1].map((axis) =>
    define(`Gather ${axis}`, (c) =>
      c.node('Gather', [c.input([3, 4, 5]), c.feed(int64([2, 0, -1, 1], [2, 2]))], { axis }),
    ),
  ),
  define('Gather by a scalar', (c) => c.node('Gather', [c.input([3, 4]), c.constant(int64([1], []))])),
  define('GatherElements', (c) =>
    c.node('GatherElements', [c.input([3, 4]), c.feed(int64([0, -1, 2, 3, 1, 1], [3, 2]))], { axis: 1 }),
  ),
  define('GatherElements axis 0, fewer columns', (c) =>
    c.node('GatherElements', [c.input([3, 4]), c.feed(int64([2, 0, 1], [1, 3]))]),
  ),
  ...[-1, 0, 1].map((axis) =>
    define(`OneHot ${axis}`, (c) =>
      c.node('OneHot', [c.feed(int64([0, 3, -1, 7])), c.constant(int64([5], [])), c.constant(float32([-1, 2]))], {
        axis,
      }),
    ),
  ),
  define('Expand', (c) => c.node('Expand', [c.input([3, 1]), c.constant(int64([2, 1, 4]))])),
  define('Expand to fewer axes', (c) => c.node('Expand', [c.input([2, 3, 1]), c.constant(int64([1, 4]))])),
  define('Tile', (c) => c.node('Tile', [c.input([2, 3]), c.constant(int64([2, 3]))])),
  define('ConstantOfShape', (c) => {
    const shape = c.constant(int64([2, 3]));
    const sevens = c.node('ConstantOfShape', [shape], { value: tensor('int64', [1], BigInt64Array.of(7n)) });
    return [c.node('Add', [c.input([2, 3]), c.node('ConstantOfShape', [shape])]), sevens];
  }),
];
