import { define, type ConformanceCase } from './case';

const windows: [string, number[], Record<string, number | number[]>][] = [
  ['3x3 stride 1', [2, 3, 6, 6], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
  ['2x2 stride 2, odd size', [1, 2, 7, 5], { kernel_shape: [2, 2], strides: [2, 2] }],
  ['asymmetric pads', [2, 2, 6, 5], { kernel_shape: [3, 2], strides: [2, 1], pads: [0, 1, 2, 0] }],
  ['whole input', [2, 3, 4, 4], { kernel_shape: [4, 4] }],
  ['1x1', [2, 3, 4, 4], { kernel_shape: [1, 1] }],
  ['one dimension', [2, 3, 9], { kernel_shape: [3], strides: [2], pads: [1, 1] }],
];

export const pooling: ConformanceCase[] = [
  ...windows.flatMap(([name, shape, attributes]) => [
    define(`AveragePool ${name}`, (c) => c.node('AveragePool', [c.input(shape)], attributes)),
    define(`AveragePool ${name}, padding counted`, (c) =>
      c.node('AveragePool', [c.input(shape)], { ...attributes, count_include_pad: 1 }),
    ),
    // All below zero: padding must never win.
    define(`MaxPool ${name}`, (c) => c.node('MaxPool', [c.input(shape, { from: -3, to: -1 })], attributes)),
  ]),
  define('MaxPool dilated', (c) =>
    c.node('MaxPool', [c.input([1, 2, 9, 9])], { kernel_shape: [3, 2], dilations: [2, 3] }),
  ),
  define('GlobalAveragePool', (c) => c.node('GlobalAveragePool', [c.input([3, 4, 5, 7])])),
];
