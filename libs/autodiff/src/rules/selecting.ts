import { tensor, zeros, type GraphBuilder, type Value } from '@gradsign/onnx';
import { notDifferentiable, type RuleContext, type RuleTable } from '../rule';
import { axisOf, dims, pad, range, reshape, slice, transpose } from '../shape';

/** A constant input as numbers; operators here have their positions from constants. */
function numbers({ builder, inputs }: RuleContext, index: number): number[] | undefined {
  const value = inputs[index];
  return value && Array.from(builder.constantOf(value)!.data as Iterable<number | bigint>, Number);
}

/** Operators that pick, cut, join or surround parts of a value. */
export const selecting: RuleTable = {
  Concat: ({ builder, attributes, inputs, cotangents, wants }) => {
    const axis = axisOf(attributes.int('axis'), cotangents[0]!.shape.length);
    let start = 0;
    return inputs.map((input, i) => {
      const starts = [start];
      start += dims(input!)[axis];
      return wants(i) ? slice(builder, cotangents[0]!, { starts, ends: [start], axes: [axis] }) : undefined;
    });
  },
  Split: ({ builder, attributes, inputs, outputs, cotangents }) => {
    const zero = (part: Value) => builder.constant(zeros(part.dtype, dims(part)));
    const parts = cotangents.map((g, i) => g ?? zero(outputs[i]!));
    return [builder.node('Concat', parts, { axis: axisOf(attributes.int('axis'), inputs[0]!.shape.length) })];
  },
  Slice: (context) => {
    const shape = dims(context.inputs[0]!);
    const starts = numbers(context, 1)!;
    const axes = (numbers(context, 3) ?? range(starts.length)).map((axis) => axisOf(axis, shape.length));
    const steps = numbers(context, 4) ?? starts.map(() => 1);
    return [
      axes.reduce(
        (g, axis, i) => unslice(context.builder, g, { axis, size: shape[axis], start: starts[i], step: steps[i] }),
        context.cotangents[0]!,
      ),
    ];
  },
  /** The pads the other way round: what was added is cut, what was cut comes back as zeros. */
  Pad: (context) => {
    const pads = numbers(context, 1)!.map((size) => 0 - size);
    const rank = pads.length / 2;
    return [pad(context.builder, context.cotangents[0]!, pads.slice(0, rank), pads.slice(rank))];
  },
  /** Constant indices: the cotangent, with the gathered axes last, times the matrix of which index took which element. */
  Gather: (context) => {
    const { builder, attributes, inputs, cotangents } = context;
    const indices = builder.constantOf(inputs[1]!);
    if (!indices) return notDifferentiable(context, 'the indices must be constant');
    const shape = dims(inputs[0]!);
    const axis = axisOf(attributes.int('axis'), shape.length);
    const taken = numbers(context, 1)!.map((index) => axisOf(index, shape[axis]));
    const incidence = new Float32Array(taken.length * shape[axis]);
    taken.forEach((index, row) => (incidence[row * shape[axis] + index] = 1));
    const matrix = builder.constant(tensor('float32', [taken.length, shape[axis]], incidence));
    const g = reshape(builder, cotangents[0]!, shape.with(axis, taken.length));
    const last = [...range(shape.length).filter((i) => i !== axis), axis];
    const back = range(shape.length).map((i) => last.indexOf(i));
    return [transpose(builder, builder.node('MatMul', [transpose(builder, g, last), matrix]), back)];
  },
};

interface Cut {
  readonly axis: number;
  readonly size: number;
  readonly start: number;
  readonly step: number;
}

/** The cotangent of one axis of a Slice, back in its places, zeros between and around it. */
function unslice(builder: GraphBuilder, g: Value, { axis, size, start, step }: Cut): Value {
  const count = dims(g)[axis];
  const from = Math.min(Math.max(axisOf(start, size), 0), step > 0 ? size : size - 1);
  const stride = Math.abs(step);
  const first = step > 0 ? from : from - (count - 1) * stride;
  const ascending =
    step > 0 || count < 2 ? g : slice(builder, g, { starts: [-1], ends: [-(2 ** 31)], axes: [axis], steps: [-1] });
  const spread = spreadAxis(builder, ascending, axis, stride);
  const begins = g.shape.map((_, i) => (i === axis ? first : 0));
  const ends = g.shape.map((_, i) => (i === axis ? size - first - dims(spread)[axis] : 0));
  return pad(builder, spread, begins, ends);
}

/** `stride` − 1 zeros after every element of an axis. */
function spreadAxis(builder: GraphBuilder, x: Value, axis: number, stride: number): Value {
  if (stride === 1) return x;
  const shape = dims(x);
  const apart = reshape(builder, x, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  const ends = apart.shape.map((_, i) => (i === axis + 1 ? stride - 1 : 0));
  const zeros = ends.map(() => 0);
  return reshape(builder, pad(builder, apart, zeros, ends), shape.with(axis, shape[axis] * stride));
}
