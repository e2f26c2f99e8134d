import { define, type ConformanceCase } from './case';

type Attributes = Record<string, number | number[]>;
type Shape = number[];

const conv: [string, Shape, Shape, Attributes][] = [
  ['3x3 same', [2, 3, 8, 8], [4, 3, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3x3 valid, odd sizes', [1, 5, 7, 9], [3, 5, 3, 3], {}],
  ['1x1', [3, 7, 5, 5], [6, 7, 1, 1], {}],
  ['1x1 stride 2', [2, 16, 9, 9], [8, 16, 1, 1], { strides: [2, 2] }],
  ['3x3 stride 2 drops a remainder', [2, 3, 8, 8], [4, 3, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['strides differ', [1, 2, 9, 8], [3, 2, 3, 2], { strides: [3, 2], pads: [0, 1, 1, 0] }],
  ['asymmetric kernel and pads', [1, 2, 6, 5], [3, 2, 1, 4], { pads: [0, 3, 0, 1] }],
  ['dilation 2', [2, 3, 9, 9], [4, 3, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }],
  ['dilations differ, stride', [1, 4, 11, 9], [2, 4, 3, 3], { dilations: [3, 1], strides: [1, 2] }],
  ['groups', [2, 6, 5, 5], [4, 3, 3, 3], { group: 2, pads: [1, 1, 1, 1] }],
  ['6 channels to 4', [2, 6, 5, 5], [4, 6, 3, 3], { pads: [1, 1, 1, 1] }],
  ['2 groups of 6 outputs', [1, 4, 5, 5], [12, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }],
  ['4 groups of 5 outputs', [1, 12, 5, 5], [20, 3, 3, 3], { group: 4, pads: [1, 1, 1, 1] }],
  ['depthwise', [2, 8, 7, 7], [8, 1, 3, 3], { group: 8, pads: [1, 1, 1, 1] }],
  ['depthwise, multiplier 9', [2, 3, 6, 6], [27, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }],
  [
    'depthwise, dilated, strided',
    [1, 4, 9, 9],
    [4, 1, 3, 3],
    { group: 4, dilations: [2, 2], strides: [2, 2], pads: [2, 2, 2, 2] },
  ],
  ['kernel as large as the input', [2, 3, 4, 4], [5, 3, 4, 4], {}],
  ['kernel reaches only padding', [1, 1, 1, 1], [2, 1, 3, 3], { pads: [2, 2, 2, 2] }],
  ['16 channels (blocked layouts)', [2, 16, 8, 8], [16, 16, 3, 3], { pads: [1, 1, 1, 1] }],
  ['one dimension', [2, 3, 11], [4, 3, 3], { pads: [2, 0], strides: [2] }],
  ['batch as groups', [1, 6, 8, 8], [6, 1, 6, 6], { group: 6, pads: [1, 1, 1, 1] }],
];

const transposed: [string, Shape, Shape, Attributes][] = [
  ['3x3', [2, 3, 5, 5], [3, 4, 3, 3], {}],
  ['stride 2', [1, 4, 4, 5], [4, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }],
  [
    'stride 2, output padding',
    [2, 4, 4, 4],
    [4, 3, 3, 3],
    { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
  ],
  ['stride 3, 1x1, output padding', [1, 2, 3, 3], [2, 2, 1, 1], { strides: [3, 3], output_padding: [2, 1] }],
  ['groups', [2, 6, 4, 4], [6, 2, 3, 3], { group: 3, pads: [1, 1, 1, 1] }],
  ['groups of 4 inputs and one output', [2, 8, 5, 5], [8, 1, 3, 3], { group: 2, pads: [1, 1, 1, 1] }],
  [
    'depthwise, stride 2',
    [1, 5, 4, 4],
    [5, 1, 3, 3],
    { group: 5, strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
  ],
  ['dilation', [1, 2, 5, 4], [2, 3, 3, 3], { dilations: [2, 1], pads: [1, 0, 0, 1] }],
  ['one dimension', [2, 3, 6], [3, 2, 4], { strides: [2], pads: [1, 1] }],
];

/** Every convolution with the kernel as an input and, with a bias, as a constant. */
export const convolution: ConformanceCase[] = [
  ...conv.flatMap(([name, x, w, attributes]) => [
    define(`Conv ${name}`, (c) => c.node('Conv', [c.input(x), c.input(w)], attributes)),
    define(`Conv ${name}, constant kernel, bias`, (c) =>
      c.node('Conv', [c.input(x), c.weight(w), c.weight([w[0]])], attributes),
    ),
  ]),
  ...transposed.flatMap(([name, x, w, attributes]) => {
    const outputs = w[1] * ((attributes.group as number | undefined) ?? 1);
    return [
      define(`ConvTranspose ${name}`, (c) => c.node('ConvTranspose', [c.input(x), c.input(w)], attributes)),
      define(`ConvTranspose ${name}, constant kernel, bias`, (c) =>
        c.node('ConvTranspose', [c.input(x), c.weight(w), c.weight([outputs])], attributes),
      ),
    ];
  }),
];
