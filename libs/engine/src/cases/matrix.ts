import { define, type ConformanceCase } from './case';

const products: [number[], number[]][] = [
  [
    [3, 4],
    [4, 5],
  ],
  [
    [1, 17],
    [17, 1],
  ],
  [
    [2, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 1, 3, 4],
    [3, 4, 2],
  ],
  [
    [3, 4],
    [2, 4, 5],
  ],
  [[4], [4, 3]],
  [[3, 4], [4]],
  [[4], [4]],
];

export const matrix: ConformanceCase[] = [
  ...products.flatMap(([a, b]) => [
    define(`MatMul [${a.join()}] [${b.join()}]`, (c) => c.node('MatMul', [c.input(a), c.input(b)])),
    define(`MatMul [${a.join()}] [${b.join()}], constant`, (c) => c.node('MatMul', [c.input(a), c.weight(b)])),
  ]),
  ...[0, 1].flatMap((transA) =>
    [0, 1].flatMap((transB) =>
      [undefined, [], [5], [3, 1], [1, 5], [3, 5]].map((bias) =>
        define(`Gemm transA ${transA} transB ${transB} bias ${bias ? `[${bias.join()}]` : 'none'}`, (c) =>
          c.node(
            'Gemm',
            [c.input(transA ? [4, 3] : [3, 4]), c.weight(transB ? [5, 4] : [4, 5]), bias && c.weight(bias)],
            { transA, transB, alpha: 0.5, beta: bias === undefined ? 1 : -2 },
          ),
        ),
      ),
    ),
  ),
  ...['Softmax', 'LogSoftmax'].flatMap((op) => [
    define(`${op} last axis`, (c) => c.node(op, [c.input([3, 10])])),
    define(`${op} axis 1 of 3`, (c) => c.node(op, [c.input([2, 5, 3])], { axis: 1 })),
    define(`${op} far from zero`, (c) => c.node(op, [c.input([2, 4], { from: 500, to: 520 })], { axis: -1 })),
  ]),
];
