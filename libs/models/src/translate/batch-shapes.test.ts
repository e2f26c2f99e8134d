import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, int64 } from '@gradsign/onnx';
import type { FileNode } from '../testing/model-bytes';
import { expectClose, node, numbers, runFragment, values, type Fragment } from '../testing/run';

const engine = new ReferenceEngine();

const SHAPE = [2, 3, 4] as const;
const images = values([2, ...SHAPE]);
const x = numbers(images);
const run = (nodes: readonly FileNode[], size: number, rest: Partial<Fragment> = {}) =>
  runFragment(engine, { nodes, size, imageShape: SHAPE, ...rest }, images);

const make = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: FileNode['attributes'] = {},
): FileNode => ({
  op,
  inputs,
  outputs: [output],
  name: output,
  attributes,
});
const concat = (inputs: readonly string[], output: string, axis = 0) =>
  make('Concat', inputs, output, { axis: { i: axis } });

describe('shapes that follow from the batch', () => {
  const constants = {
    first: int64([0]),
    zero: int64([0], []),
    one: int64([1], []),
    two: int64([2]),
    ones: int64([1]),
    minus: int64([-1]),
  };
  const batch = [
    make('Shape', ['x'], 'all'),
    make('Gather', ['all', 'zero'], 'n'),
    make('Unsqueeze', ['n', 'first'], 'batch'),
  ];
  const token = { ...constants, token: float32([5, 6], [1, 2]) };

  it('Reshape to [batch, −1]', async () => {
    const nodes = [...batch, concat(['batch', 'minus'], 'shape'), node('Reshape', {}, ['shape'])];
    expectClose(await run(nodes, 24, { initializers: constants }), x);
  });

  it('Reshape to [batch · channels, −1] and back', async () => {
    const nodes = [
      ...batch,
      make('Gather', ['all', 'one'], 'c'),
      make('Mul', ['n', 'c'], 'nc'),
      make('Unsqueeze', ['nc', 'first'], 'rows'),
      concat(['rows', 'minus'], 'shape'),
      make('Reshape', ['x', 'shape'], 'flat rows'),
      make('Div', ['rows', 'two'], 'back'),
      concat(['back', 'minus'], 'shape back'),
      make('Reshape', ['flat rows', 'shape back'], 'y'),
    ];
    expectClose(await run(nodes, 24, { initializers: constants }), x);
  });

  it('a constant repeated over the batch: Expand, by a shape that is made as PyTorch makes it', async () => {
    const nodes = [
      ...batch,
      concat(['batch', 'minus'], 'shape'),
      make('ConstantOfShape', ['two'], 'units', { value: { t: int64([1]) } }),
      make('Mul', ['units', 'minus'], 'negative'),
      make('Equal', ['shape', 'negative'], 'is open'),
      make('Where', ['is open', 'units', 'shape'], 'target'),
      make('Expand', ['token', 'target'], 'tokens'),
      make('Flatten', ['x'], 'features'),
      concat(['tokens', 'features'], 'y', 1),
    ];
    expectClose(await run(nodes, 26, { initializers: token }), [5, 6, ...x.slice(0, 24), 5, 6, ...x.slice(24)]);
  });

  it('a constant repeated over the batch: Tile, and a shape filled with a number', async () => {
    const nodes = [
      ...batch,
      concat(['batch', 'ones'], 'shape'),
      make('Tile', ['token', 'shape'], 'tokens'),
      make('ConstantOfShape', ['shape'], 'threes', { value: { t: float32([3]) } }),
      make('Flatten', ['x'], 'features'),
      concat(['tokens', 'threes', 'features'], 'y', 1),
    ];
    expectClose(await run(nodes, 27, { initializers: token }), [5, 6, 3, ...x.slice(0, 24), 5, 6, 3, ...x.slice(24)]);
  });

  it.each([
    ['a sum with the batch', 'Add', ['batch', 'ones']],
    ['the batch in it twice', 'Concat', ['batch', 'batch']],
  ] as const)('%s is refused', async (_, op, inputs) => {
    const more = op === 'Concat' ? concat(inputs, 'shape') : make(op, inputs, 'shape');
    const nodes = [...batch, more, node('Reshape', {}, ['shape'])];
    await expect(run(nodes, 24, { initializers: constants })).rejects.toThrow(/batch (size )?in (a way that|it twice)/);
  });
});

describe('a batch that the file fixes', () => {
  const inputs = [['x', [3, ...SHAPE]]] as const;
  const join = concat(['x', 'more'], 'y', 1);

  it.each([
    ['beside an open size', [3, -1]],
    ['beside a size', [3, 24]],
    ['as the open size', [-1, 24]],
    ['with channels', [6, 12]],
    ['behind an axis of one', [1, 3, 24]],
  ])('%s', async (_, shape) => {
    const nodes = [make('Reshape', ['x', 'shape'], 'rows'), make('Reshape', ['rows', 'back'], 'y')];
    expectClose(await run(nodes, 24, { inputs, initializers: { shape: int64(shape), back: int64([3, -1]) } }), x);
  });

  it('is refused with the node and the way out where it cannot be made any size', async () => {
    await expect(run([join], 36, { inputs, initializers: { more: values([3, 1, 3, 4]) } })).rejects.toThrow(
      /node "y" \(Concat\).*the file fixes the batch to 3; where that is why, export it with a dynamic first axis/,
    );
  });

  it('of one: what is the same for all images is repeated', async () => {
    const nines = new Array<number>(12).fill(9);
    const one = [['x', [1, ...SHAPE]]] as const;
    const actual = await run([join], 36, { inputs: one, initializers: { more: float32(nines, [1, 1, 3, 4]) } });
    expectClose(actual, [...x.slice(0, 24), ...nines, ...x.slice(24), ...nines]);
  });
});
