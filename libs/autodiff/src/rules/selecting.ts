import { tensor, zeros, type GraphBuilder, type Value } from '@gradsign/onnx';
import { notDifferentiable, type RuleContext, type RuleTable } from '../rule';
import { axisOf, dims, pad, range, reduceSum, reshape, slice } from '../shape';

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
  Gather: (context) => {
    const { builder, attributes, inputs, cotangents } = context;
    if (!builder.constantOf(inputs[1]!)) notDifferentiable(context, 'the indices must be constant');
    const shape = dims(inputs[0]!);
    const axis = axisOf(attributes.int('axis'), shape.length);
    const taken = numbers(context, 1)!.map((index) => axisOf(index, shape[axis]));
    const g = reshape(builder, cotangents[0]!, shape.with(axis, taken.length));
    return [scatter(builder, g, axis, taken, shape[axis])];
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

/**
 * Adds the elements of an axis up in the places `taken`, of `size`: the adjoint of gathering them. Round k gathers the
 * k-th element of every place, zeros where there are fewer. The places with far more elements than the average (the
 * zeros that stand for padding) are sums of their own.
 */
function scatter(builder: GraphBuilder, g: Value, axis: number, taken: readonly number[], size: number): Value {
  const places: number[][] = Array.from({ length: size }, () => []);
  taken.forEach((place, position) => places[place].push(position));
  const usual = Math.ceil(taken.length / size) + 1;
  const rounds = Math.min(usual, Math.max(1, ...places.map((positions) => positions.length)));
  const others = g.shape.map(() => 0);
  const padded = pad(builder, g, others, others.with(axis, 1));
  const gather = (positions: readonly number[], from: Value) =>
    builder.node('Gather', [from, builder.constant(tensor('int32', [positions.length], Int32Array.from(positions)))], {
      axis,
    });
  const terms = range(rounds).map((round) =>
    gather(
      places.map((positions) => (positions.length > rounds ? taken.length : (positions[round] ?? taken.length))),
      padded,
    ),
  );
  places.forEach((positions, place) => {
    if (positions.length <= rounds) return;
    const sum = reduceSum(builder, gather(positions, g), [axis], true);
    terms.push(pad(builder, sum, others.with(axis, place), others.with(axis, size - 1 - place)));
  });
  return terms.reduce((a, b) => builder.node('Add', [a, b]));
}
