import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, int64, tensor } from '@gradsign/onnx';
import type { FileNode } from '../testing/model-bytes';
import { expectClose, node, numbers, runFragment, values, type Fragment } from '../testing/run';

const engine = new ReferenceEngine();

const images = values([2, 2, 3, 4]);
const x = numbers(images);
const rows = (width: number) => Array.from({ length: x.length / width }, (_, i) => x.slice(i * width, (i + 1) * width));
const run = (nodes: readonly FileNode[], size: number, rest: Partial<Fragment> = {}) =>
  runFragment(engine, { nodes, size, imageShape: [2, 3, 4], ...rest }, images);
/** "To the end", as exporters write it. */
const END = 2 ** 63;
const end = tensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n));

function softmax(row: number[]): number[] {
  const exponentials = row.map(Math.exp);
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map((v) => v / sum);
}

const three = { initializers: { c: float32([3], [1]) } };
const minima = rows(4).map((row) => Math.min(...row));
const last = rows(4).map((row) => row[3]);
const cases: [string, FileNode, number[], Partial<Fragment>?][] = [
  ['Sum', node('Sum', {}, ['x', 'c']), x.map((v) => 2 * v + 3), three],
  ['Mean', node('Mean', {}, ['x', 'c']), x.map((v) => (2 * v + 3) / 3), three],
  ['Dropout', node('Dropout'), x],
  ['Dropout with its settings as inputs', node('Dropout', {}, ['c']), x, three],
  ['ReduceMin', node('ReduceMin', { axes: { ints: [-1] } }), minima],
  [
    'ReduceL2',
    node('ReduceL2', { axes: { ints: [2, 3] }, keepdims: { i: 0 } }),
    rows(12).map((row) => Math.hypot(...row)),
  ],
  [
    'ReduceL2 with its axes as an input',
    node('ReduceL2', {}, ['axes']),
    rows(4).map((row) => Math.hypot(...row)),
    { opset: 18, initializers: { axes: int64([3]) } },
  ],
  ['ReduceMean over no axes', node('ReduceMean', { noop_with_empty_axes: { i: 1 } }), x, { opset: 18 }],
  [
    'Split into a number of parts',
    { ...node('Split', { axis: { i: 1 }, num_outputs: { i: 2 } }), outputs: ['', 'y'] },
    rows(12).flatMap((row, i) => (i % 2 === 1 ? row : [])),
    { opset: 18 },
  ],
  [
    'Split by an attribute',
    { ...node('Split', { axis: { i: 3 }, split: { ints: [3, 1] } }), outputs: ['', 'y'] },
    last,
    { opset: 11 },
  ],
  [
    'Slice by attributes',
    node('Slice', { starts: { ints: [1] }, ends: { ints: [END] }, axes: { ints: [3] } }),
    rows(4).flatMap((row) => row.slice(1)),
    { opset: 9 },
  ],
  ['Slice of all images', node('Slice', {}, ['zero', 'end', 'zero']), x, { initializers: { zero: int64([0]), end } }],
  [
    'Slice backwards',
    node('Slice', {}, ['minus', 'before', 'three', 'minus']),
    rows(4).flatMap((row) => row.toReversed()),
    { initializers: { minus: int64([-1]), before: int64([-9]), three: int64([3]) } },
  ],
  [
    'Pad of some axes',
    node('Pad', {}, ['pads', '', 'axes']),
    rows(4).flatMap((row) => [0, ...row]),
    { opset: 18, initializers: { pads: int64([1, 0]), axes: int64([-1]) } },
  ],
  [
    'Pad by attributes',
    node('Pad', { pads: { ints: [0, 0, 0, 0, 0, 0, 0, 2] }, value: { f: 7 } }),
    rows(4).flatMap((row) => [...row, 7, 7]),
    { opset: 10 },
  ],
  ['Unsqueeze by an attribute', node('Unsqueeze', { axes: { ints: [1, 5] } }), x, { opset: 11 }],
  ['Softmax of an old file', node('Softmax', { axis: { i: 3 } }), rows(4).flatMap(softmax), { opset: 11 }],
  ['Cast with a setting of a new file', node('Cast', { to: { i: 1 }, saturate: { i: 1 } }), x, { opset: 19 }],
];

it.each(cases)('%s', async (_, subject, expected, rest = {}) => {
  expectClose(await run([subject], expected.length / 2, rest), expected);
});

it.each([18, 21])('GroupNormalization of operator set %d', async (opset) => {
  const own = values([2, 4, 1, 3]);
  const perChannel = opset === 21;
  const initializers = {
    scale: float32(perChannel ? [1, 2, 3, 4] : [1, 3]),
    shift: float32(perChannel ? [0, 1, 0, -1] : [0, 5]),
  };
  const expected = numbers(own).map((v, i, all) => {
    const group = Math.floor(i / 6);
    const part = all.slice(group * 6, group * 6 + 6);
    const mean = part.reduce((a, b) => a + b) / 6;
    const variance = part.reduce((a, b) => a + (b - mean) ** 2, 0) / 6;
    const at = perChannel ? Math.floor(i / 3) % 4 : group % 2;
    return ((v - mean) / Math.sqrt(variance + 1e-5)) * initializers.scale.data[at] + initializers.shift.data[at];
  });
  const subject = node('GroupNormalization', { num_groups: { i: 2 } }, ['scale', 'shift']);
  const fragment = { nodes: [subject], size: 12, imageShape: [4, 1, 3], opset, initializers } as const;
  expectClose(await runFragment(engine, fragment, own), expected);
});

it.each<[string, FileNode, RegExp, Partial<Fragment>?]>([
  [
    'a softmax over several axes',
    node('Softmax'),
    /"subject" \(Softmax\): runs over the axes from 1 on/,
    { opset: 11 },
  ],
  [
    'groups that do not divide the channels',
    node('GroupNormalization', { num_groups: { i: 3 } }, ['c', 'c']),
    /does not have channels in 3 groups/,
    three,
  ],
  ['padding by reflection', node('Pad', { mode: { s: 'reflect' } }, ['c']), /"mode" = reflect must be constant/, three],
  ['axes that are no constants', node('ReduceMax', {}, ['x']), /its axes must be constant/, { opset: 18 }],
  [
    'dilated averages',
    node('AveragePool', { kernel_shape: { ints: [2, 2] }, dilations: { ints: [2, 2] } }),
    /dilations must be 1/,
    { opset: 19 },
  ],
  [
    'averages that round up and count padding',
    node('AveragePool', {
      kernel_shape: { ints: [2, 2] },
      strides: { ints: [2, 2] },
      ceil_mode: { i: 1 },
      count_include_pad: { i: 1 },
    }),
    /rounds up \(ceil_mode\) and counts its padding/,
  ],
  ['a shape that is no constant', node('Reshape', {}, ['x']), /its shape must follow from constants and shapes/],
])('refuses %s, with the node', async (_, subject, message, rest = {}) => {
  await expect(run([subject], 24, rest)).rejects.toThrow(message);
  await expect(run([subject], 24, rest)).rejects.toThrow('node "subject"');
});
