import { attributesOf, sizeOf, zeros, type Dim, type Node } from '@gradsign/onnx';
import { pick, type Constant, type ConstantType } from './constant';

/** What an operator that moves elements makes of constants, given the types of its outputs. */
type Move = (
  node: Node,
  inputs: readonly (Constant | undefined)[],
  types: readonly ConstantType[],
) => Constant[] | undefined;

const sameElements: Move = (_, [x], [{ shape }]) => [{ ...x!, shape }];

/** Row-major strides. */
function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Output elements by their position along each axis. */
function gather(x: Constant, shape: readonly number[], offsetOf: (position: readonly number[]) => number): Constant {
  const strides = stridesOf(shape);
  return pick(x, shape, (index) => offsetOf(strides.map((stride, axis) => Math.floor(index / stride) % shape[axis])));
}

const fromEnd = (index: number, size: number) => (index < 0 ? index + size : index);
const listed = (constant: Constant | undefined) => (constant ? (Array.from(constant.data) as number[]) : undefined);

export const movement: Readonly<Record<string, Move>> = {
  Identity: sameElements,
  Reshape: sameElements,
  Flatten: sameElements,
  Squeeze: sameElements,
  Unsqueeze: sameElements,
  /** To another type; symbols keep what they are as integers only. */
  Cast: (_, [x], [{ dtype, shape }]) => {
    const elements = Array.from(x!.data);
    const integral = dtype === 'int64' || dtype === 'int32';
    if (elements.some((element) => typeof element === 'string') && !integral) return undefined;
    const convert = (element: Dim) => {
      if (typeof element === 'string') return element;
      if (dtype === 'bool') return Number(element !== 0);
      return integral || dtype === 'uint8' ? Math.trunc(element) : element;
    };
    const data = elements.map(convert);
    return [{ dtype, shape, data: integral ? data : filled({ dtype, shape }, data as number[]) }];
  },
  Transpose: (node, [x], [{ shape }]) => {
    const perm = attributesOf(node).ints('perm', [...x!.shape.keys()].reverse());
    const strides = stridesOf(x!.shape);
    return [gather(x!, shape, (position) => position.reduce((sum, p, axis) => sum + p * strides[perm[axis]], 0))];
  },
  Gather: (node, [x, indices], [{ shape }]) => {
    const axis = fromEnd(attributesOf(node).int('axis'), x!.shape.length);
    const inner = sizeOf(x!.shape.slice(axis + 1));
    const size = x!.shape[axis];
    const taken = listed(indices)!.map((index) => fromEnd(index, size));
    if (taken.some((index) => !(index >= 0 && index < size))) return undefined;
    return [
      pick(x!, shape, (index) => {
        const outer = Math.floor(index / (inner * taken.length));
        return (outer * size + taken[Math.floor(index / inner) % taken.length]) * inner + (index % inner);
      }),
    ];
  },
  Slice: (_, [x, starts, , axes, steps], [{ shape }]) => {
    const from = listed(starts)!;
    const along = (listed(axes) ?? [...from.keys()]).map((axis) => fromEnd(axis, x!.shape.length));
    const step = listed(steps) ?? from.map(() => 1);
    const strides = stridesOf(x!.shape);
    const first = x!.shape.map((size, axis) => {
      const i = along.indexOf(axis);
      if (i < 0) return 0;
      return Math.min(Math.max(fromEnd(from[i], size), 0), step[i] > 0 ? size : size - 1);
    });
    const stepOf = (axis: number) => (along.includes(axis) ? step[along.indexOf(axis)] : 1);
    return [
      gather(x!, shape, (position) =>
        position.reduce((sum, p, axis) => sum + (first[axis] + p * stepOf(axis)) * strides[axis], 0),
      ),
    ];
  },
  Concat: (node, inputs, [{ dtype, shape }]) => {
    const axis = fromEnd(attributesOf(node).int('axis'), shape.length);
    const outer = sizeOf(shape.slice(0, axis));
    const rows = inputs.map((input) => ({ data: input!.data, size: sizeOf(input!.shape.slice(axis)) }));
    const data: Dim[] = [];
    for (let row = 0; row < outer; row += 1) {
      for (const { data: from, size } of rows) for (let i = 0; i < size; i += 1) data.push(from[row * size + i]);
    }
    return [{ dtype, shape, data }];
  },
  Split: (node, [x], types) => {
    const axis = fromEnd(attributesOf(node).int('axis'), x!.shape.length);
    const strides = stridesOf(x!.shape);
    let start = 0;
    return types.map(({ shape }) => {
      const offset = start * strides[axis];
      start += shape[axis];
      return gather(x!, shape, (position) => position.reduce((sum, p, i) => sum + p * strides[i], offset));
    });
  },
  Expand: (_, [x], [{ shape }]) => {
    const strides = stridesOf(x!.shape);
    const lead = shape.length - x!.shape.length;
    return [
      gather(x!, shape, (position) =>
        strides.reduce((sum, stride, axis) => sum + (x!.shape[axis] === 1 ? 0 : position[axis + lead] * stride), 0),
      ),
    ];
  },
  ConstantOfShape: (node, _, [{ dtype, shape }]) => {
    const value = attributesOf(node).tensor('value').data[0];
    return [{ dtype, shape, data: new Array<number>(sizeOf(shape)).fill(Number(value)) }];
  },
};

function filled({ dtype, shape }: ConstantType, values: readonly number[]): ArrayLike<number> {
  const { data } = zeros(dtype, shape);
  values.forEach((value, i) => (data[i] = value));
  return data as Float32Array;
}
