import { GraphBuilder, sizeOf, tensor, type Graph, type Tensor, type Value } from '@gradsign/onnx';
import { gradients } from '../gradients';

/** What runs the graphs of a check: an engine that computes in float64. */
export interface Runner {
  load(graph: Graph): Promise<{ run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> }>;
}

/** The values of an input: distinct, at least (to − from) / 4n apart from each other and from the range's middle. */
export interface Values {
  readonly shape: readonly number[];
  /** Default: −2. */
  readonly from?: number;
  /** Default: 2. */
  readonly to?: number;
}

/** A graph's inputs, in order, and how to build its output from them. */
export interface GradientCase {
  readonly inputs: readonly (readonly number[] | Values)[];
  readonly build: (builder: GraphBuilder, ...inputs: Value[]) => Value;
}

/** Step of the central differences: their error is of the order of its square, and of 1e-16 divided by it. */
const STEP = 1e-5;
export const TOLERANCE = 1e-7;

/**
 * Compares the gradients of Σ c·y, c fixed, by central differences with those that the rules give, in float64.
 * @returns a sentence for every input whose gradient differs
 */
export async function differences(engine: Runner, { inputs, build }: GradientCase): Promise<string[]> {
  const builder = new GraphBuilder('check');
  const values = inputs.map((input, i) => builder.input(`x${i}`, 'float32', shapeOf(input)));
  const y = build(builder, ...values);
  const cotangent = distinct({ shape: y.shape as number[] }, inputs.length);
  builder.output(y, 'y');
  const forward = await engine.load(builder.build());
  const c = builder.input('c', 'float32', cotangent.shape);
  gradients(builder, { seeds: [[y, c]], withRespectTo: values }).forEach((g, i) => builder.output(g, `g${i}`));
  const backward = await engine.load(builder.build());

  const points = inputs.map((input, i) => distinct(isShape(input) ? { shape: input } : input, i));
  const feeds = Object.fromEntries(points.map((point, i) => [`x${i}`, point]));
  const actual = await backward.run({ ...feeds, c: cotangent });
  const loss = async (i: number, k: number, step: number) => {
    const moved = Float64Array.from(points[i].data);
    moved[k] += step;
    const { y: output } = await forward.run({ ...feeds, [`x${i}`]: tensor('float64', points[i].shape, moved) });
    return dot(output.data as Float64Array, cotangent.data);
  };
  const sentences: string[] = [];
  for (let i = 0; i < inputs.length; i += 1) {
    const { shape, data } = actual[`g${i}`];
    if (shape.join() !== points[i].shape.join()) sentences.push(`gradient of x${i} has shape [${shape.join()}]`);
    for (let k = 0; k < points[i].data.length; k += 1) {
      const expected = ((await loss(i, k, STEP)) - (await loss(i, k, -STEP))) / (2 * STEP);
      const error = Math.abs(Number(data[k]) - expected) / Math.max(1, Math.abs(expected));
      if (error < TOLERANCE) continue;
      sentences.push(`d/dx${i}[${k}] is ${data[k]}, must be ${expected}`);
      break;
    }
  }
  return sentences;
}

const isShape = (input: readonly number[] | Values): input is readonly number[] => Array.isArray(input);
const shapeOf = (input: readonly number[] | Values) => (isShape(input) ? input : input.shape);

/** Numbers of a grid over the range, shuffled. */
export function distinct({ shape, from = -2, to = 2 }: Values, seed: number): Tensor<'float64'> {
  const size = sizeOf(shape);
  const data = Float64Array.from({ length: size }, (_, k) => from + ((to - from) * (k + 0.25)) / size);
  let state = seed + 1;
  for (let k = size - 1; k > 0; k -= 1) {
    // Numerical Recipes' linear congruential generator; its high bits are good enough to shuffle by.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (k + 1));
    [data[k], data[other]] = [data[other], data[k]];
  }
  return tensor('float64', shape, data);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
