import { int64, float32, tensor, type Dim, type Node } from '@gradsign/onnx';
import { constantOf, evaluate, integers, tensorOf, type Constant } from '.';

function call(op: string, inputs: readonly Constant[], attributes: Node['attributes'] = {}, outputs = 1) {
  const names = inputs.map((_, i) => `x${i}`);
  const node = {
    op,
    name: 'n',
    inputs: names,
    outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
    attributes,
  };
  return evaluate(node, inputs)?.map(({ shape, data }) => ({ shape: [...shape], data: Array.from(data) }));
}

const list = (...values: Dim[]) => integers(values);
const scalar = (value: Dim) => integers([value], []);
const floats = (...values: number[]) => constantOf(float32(values))!;

describe('arithmetic with the batch', () => {
  it.each<[string, Constant, Constant, Dim[]]>([
    ['Mul', list('N', 3), list(4, 5), ['4*N', 15]],
    ['Mul', list('2*N'), scalar(0), [0]],
    ['Div', list('12*N', 7, -7), list('4*N', 2, 2), [3, 3, -3]],
    ['Div', scalar('6*N'), scalar(3), ['2*N']],
    ['Add', list('N', 'N', 0), list('N', 0, 'N'), ['2*N', 'N', 'N']],
    ['Sub', list('N', 'N', 5), list('N', 0, 7), [0, 'N', -2]],
    ['Mod', list('6*N', 7), list('2*N', 4), [0, 3]],
    ['Equal', list('N', 'N', 3), list(-1, 'N', 3), [0, 1, 1]],
    ['Greater', list('N', 0), list(0, 'N'), [1, 0]],
    ['Min', list(2, 9), scalar(5), [2, 5]],
  ])('%s', (op, a, b, expected) => {
    expect(call(op, [a, b])).toEqual([expect.objectContaining({ data: expected })]);
  });

  it.each<[string, Constant, Constant]>([
    ['Add', scalar('N'), scalar(1)],
    ['Sub', scalar('N'), scalar(1)],
    ['Mul', scalar('N'), scalar(-1)],
    ['Div', scalar('N'), scalar(2)],
    ['Equal', scalar('N'), scalar(4)],
    ['Max', scalar('N'), scalar(1)],
  ])('%s that has no name is not known', (op, a, b) => expect(call(op, [a, b])).toBeUndefined());

  it('moves sizes about', () => {
    expect(call('Concat', [list('N'), list(-1, 3)], { axis: 0 })).toEqual([{ shape: [3], data: ['N', -1, 3] }]);
    expect(call('Gather', [list('N', 3), scalar(-1)])).toEqual([{ shape: [], data: [3] }]);
    expect(call('Slice', [list('N', 3, 4), list(1), list(9)])).toEqual([{ shape: [2], data: [3, 4] }]);
    expect(call('Cast', [list('N')], { to: 7 })).toEqual([{ shape: [1], data: ['N'] }]);
    expect(call('Cast', [list('N')], { to: 1 })).toBeUndefined();
    expect(call('ReduceProd', [list('N', 3)], { keepdims: 0 })).toEqual([{ shape: [], data: ['3*N'] }]);
  });
});

describe('constants', () => {
  const matrix = constantOf(float32([1, 2, 3, 4, 5, 6], [2, 3]))!;

  it.each<[string, readonly Constant[], Node['attributes'], number[], number[]]>([
    ['Transpose', [matrix], {}, [3, 2], [1, 4, 2, 5, 3, 6]],
    ['Reshape', [matrix, list(3, -1)], {}, [3, 2], [1, 2, 3, 4, 5, 6]],
    ['Expand', [floats(1, 2), list(2, 2)], {}, [2, 2], [1, 2, 1, 2]],
    ['Slice', [matrix, list(-1), list(-9), list(1), list(-2)], {}, [2, 2], [3, 1, 6, 4]],
    ['Gather', [matrix, list(2, 0)], { axis: 1 }, [2, 2], [3, 1, 6, 4]],
    ['Sqrt', [floats(4, 9)], {}, [2], [2, 3]],
    ['Add', [matrix, floats(10, 20, 30)], {}, [2, 3], [11, 22, 33, 14, 25, 36]],
    ['Pow', [floats(2, 3), floats(2)], {}, [2], [4, 9]],
    ['Round', [floats(0.5, 1.5, -2.5, 2.4)], {}, [4], [0, 2, -2, 2]],
    ['Floor', [floats(-0.5)], {}, [1], [-1]],
    ['Where', [call2('Greater', matrix, floats(3)), matrix, floats(0)], {}, [2, 3], [0, 0, 0, 4, 5, 6]],
    ['Range', [scalar(2), scalar(9), scalar(3)], {}, [3], [2, 5, 8]],
  ])('%s', (op, inputs, attributes, shape, data) => {
    expect(call(op, inputs, attributes)).toEqual([{ shape, data: data.map((v) => v + 0) }]);
  });

  function call2(op: string, a: Constant, b: Constant): Constant {
    return evaluate({ op, name: 'n', inputs: ['a', 'b'], outputs: ['y'], attributes: {} }, [a, b])![0];
  }

  it('rounds float32 as float32', () => {
    expect(call('Add', [floats(0.1), floats(0.2)])![0].data).toEqual([
      Math.fround(Math.fround(0.1) + Math.fround(0.2)),
    ]);
  });

  it('Split gives every part', () => {
    expect(call('Split', [matrix, list(1, 2)], { axis: 1 }, 2)).toEqual([
      { shape: [2, 1], data: [1, 4] },
      { shape: [2, 2], data: [2, 3, 5, 6] },
    ]);
  });

  it('keeps "to the end" and makes tensors again', () => {
    const end = constantOf(tensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)))!;
    expect(call('Slice', [list(1, 2, 3), list(1), end])).toEqual([{ shape: [2], data: [2, 3] }]);
    expect(tensorOf(list(1, -2))).toEqual(int64([1, -2]));
    expect(tensorOf(list('N'))).toBeUndefined();
    expect(tensorOf(list(0.5))).toBeUndefined();
  });
});

describe('bounds', () => {
  it.each<[string, readonly Constant[]]>([
    ['Expand', [floats(1), list(100_000, 100_000)]],
    ['ConstantOfShape', [list(2 ** 40)]],
    ['Add', [{ ...floats(1), shape: [1, 1] }, floats(...new Array<number>(70_000).fill(1))]],
  ])('%s of too many elements is left to whoever bounds graphs', (op, inputs) => {
    expect(call(op, inputs)).toBeUndefined();
  });

  it.each<[string, readonly Constant[], RegExp]>([
    ['Range', [scalar(0), scalar(2 ** 40), scalar(1)], /makes 1099511627776 numbers, may make at most/],
    ['Range', [scalar(0), scalar(1), scalar(0)], /makes Infinity numbers/],
    ['Range', [scalar(0)], /wrong number of inputs/],
    ['Mod', [scalar(0)], /has 1 inputs, must have 2/],
    ['Add', [scalar(0)], /has 1 inputs, must have 2/],
    ['Gather', [list(1), scalar(1.5)], /x/],
  ])('%s is refused for inputs that it cannot have', (op, inputs, message) => {
    if (op === 'Gather') expect(call(op, inputs)).toBeUndefined();
    else expect(() => call(op, inputs)).toThrow(message);
  });

  it('an index out of range gives nothing', () => expect(call('Gather', [list(1), scalar(7)])).toBeUndefined());
});
