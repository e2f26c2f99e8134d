import { float32, int64, tensor } from '@gradsign/onnx';
import { define, type ConformanceCase, type Range } from './case';

const unary: [string, Range?, Record<string, number>?][] = [
  ['Relu'],
  ['Sign'],
  ['Abs'],
  ['Neg'],
  ['Exp'],
  ['Log', { from: 0.1, to: 3 }],
  ['Sqrt', { from: 0, to: 3 }],
  ['Reciprocal', { from: 0.5, to: 3 }],
  ['Sigmoid', { from: -6, to: 6 }],
  ['Tanh', { from: -4, to: 4 }],
  ['Erf', { from: -4, to: 4 }],
  ['HardSigmoid', { from: -6, to: 6 }],
  ['HardSigmoid', { from: -6, to: 6 }, { alpha: 1 / 6, beta: 0.5 }],
  ['HardSwish', { from: -6, to: 6 }],
  ['Identity'],
  ['Dropout'],
];

const shapes: [number[], number[]][] = [
  [
    [2, 3, 4],
    [2, 3, 4],
  ],
  [[2, 3, 4], [4]],
  [
    [3, 1],
    [2, 1, 5],
  ],
  [[2, 3], []],
  [[], []],
  [
    [1, 4, 1, 3],
    [2, 1, 5, 1],
  ],
];

const special = () => float32([NaN, Infinity, -Infinity, 0, -0, 1e-42, -1, 1, 3.4e38]);

export const elementwise: ConformanceCase[] = [
  ...unary.flatMap(([op, range, attributes = {}]) =>
    [[2, 3, 5, 7], [], [1]].map((shape) =>
      define(`${op} ${JSON.stringify(attributes)} [${shape.join()}]`, (c) =>
        c.node(op, [c.input(shape, range)], attributes),
      ),
    ),
  ),
  ...['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal'].flatMap(
    (op) =>
      shapes.map(([a, b]) =>
        define(`${op} [${a.join()}] [${b.join()}]`, (c) => c.node(op, [c.input(a), c.input(b, { from: 0.5, to: 2 })])),
      ),
  ),
  ...shapes.map(([a, b]) =>
    define(`Pow [${a.join()}] [${b.join()}]`, (c) => c.node('Pow', [c.input(a, { from: 0.1, to: 2 }), c.input(b)])),
  ),
  define('Pow of a negative base by 2', (c) => c.node('Pow', [c.input([3, 4]), c.constant(float32([2], []))])),
  define('Max of three', (c) => c.node('Max', [c.input([3, 1]), c.input([2]), c.input([])])),
  define('Min of one', (c) => c.node('Min', [c.input([3, 2])])),
  define('Clip', (c) =>
    c.node('Clip', [c.input([3, 5]), c.constant(float32([-0.5], [])), c.constant(float32([1], []))]),
  ),
  define('Clip above only', (c) => c.node('Clip', [c.input([3, 5]), undefined, c.constant(float32([0.5], []))])),
  define('Sign of special numbers', (c) => c.node('Sign', [c.feed(special())])),
  define('Steps of special numbers, by a steep HardSigmoid', (c) => {
    const x = c.feed(special());
    return [0, 0.5].map((beta) => c.node('HardSigmoid', [x], { alpha: 2 ** 127, beta }));
  }),
  define('IsNaN', (c) => c.node('IsNaN', [c.feed(special())])),
  define('Relu by Where keeps NaN out', (c) => {
    const zero = c.constant(float32([0], []));
    const x = c.feed(special());
    return c.node('Where', [c.node('Greater', [x, zero]), x, zero]);
  }),
  define('Equal of equal numbers', (c) => {
    const x = c.input([3, 4]);
    return c.node('Equal', [x, c.node('Max', [x, c.constant(float32([0], []))])]);
  }),
  define('Where broadcast', (c) =>
    c.node('Where', [c.feed(tensor('bool', [2, 1, 2], Uint8Array.of(1, 0, 0, 1))), c.input([3, 1]), c.input([])]),
  ),
  define('And, Or, Not', (c) => {
    const a = c.feed(tensor('bool', [4], Uint8Array.of(0, 0, 1, 1)));
    const b = c.feed(tensor('bool', [4], Uint8Array.of(0, 1, 0, 1)));
    return [c.node('And', [a, b]), c.node('Or', [a, b]), c.node('Not', [a])];
  }),
  define('int64 arithmetic', (c) => {
    const a = c.feed(int64([7, -7, 3, 0]));
    const b = c.feed(int64([2, 2, -5, 9]));
    return ['Add', 'Sub', 'Mul', 'Div', 'Less', 'Equal'].map((op) => c.node(op, [a, b]));
  }),
  define('Cast', (c) => {
    const x = c.feed(float32([-1.7, -0.2, 0, 0.9, 2.5]));
    const whole = c.node('Cast', [x], { to: 7 });
    const flags = c.node('Cast', [x], { to: 9 });
    return [
      whole,
      flags,
      c.node('Cast', [whole], { to: 1 }),
      c.node('Cast', [flags], { to: 1 }),
      c.node('Cast', [x], { to: 6 }),
    ];
  }),
];
