import { GraphBuilder, int64, sizeOf, tensor, type Graph, type Tensor, type Value } from '@gradsign/onnx';
import { gradients, perSampleGradients } from '../gradients';
import { distinct, type Runner } from './gradient-check';

/** A layer or network of a batch of samples, whose weights are differentiated for each sample apart. */
export interface PerSampleCase {
  /** [B, …] */
  readonly samples: readonly number[];
  readonly weights: readonly (readonly number[])[];
  readonly build: (builder: GraphBuilder, samples: Value, ...weights: Value[]) => Value;
}

const names = (weights: PerSampleCase['weights'], prefix: string) => weights.map((_, i) => `${prefix}${i}`);

/**
 * Compares the gradients of single samples, made for a whole batch, with the gradients of batches of one sample.
 * @returns a sentence for every weight and sample whose gradients differ
 */
export async function perSampleDifferences(engine: Runner, subject: PerSampleCase): Promise<string[]> {
  const { samples, weights } = subject;
  const [batch, ...sample] = samples;
  const whole = declare(subject, samples);
  const stacked = perSampleGradients(whole.builder, whole.request);
  stacked.forEach((gradient, i) => {
    for (let n = 0; n < batch; n += 1) {
      const one = whole.builder.node('Gather', [gradient!.values, whole.builder.constant(int64([n], []))]);
      whole.builder.output(gradient!.inWeightShape(one), `g${i}.${n}`);
    }
  });
  const single = declare(subject, [1, ...sample]);
  gradients(single.builder, single.request).forEach((gradient, i) => single.builder.output(gradient, `g${i}`));

  const values = Object.fromEntries(weights.map((shape, i) => [`w${i}`, distinct({ shape }, i + 10)]));
  const x = distinct({ shape: samples }, 1);
  const c = distinct({ shape: whole.output }, 2);
  const actual = await run(engine, whole.builder.build(), { x, c, ...values });
  const sentences: string[] = [];
  for (let n = 0; n < batch; n += 1) {
    const expected = await run(engine, single.builder.build(), { x: part(x, n), c: part(c, n), ...values });
    for (const name of names(weights, 'g')) {
      const difference = compare(actual[`${name}.${n}`], expected[name]);
      if (difference) sentences.push(`sample ${n}, ${name} ${difference}`);
    }
  }
  return sentences;
}

function declare({ weights, build }: PerSampleCase, samples: readonly number[]) {
  const builder = new GraphBuilder('samples');
  const x = builder.input('x', 'float32', samples);
  const withRespectTo = weights.map((shape, i) => builder.input(`w${i}`, 'float32', shape));
  const y = build(builder, x, ...withRespectTo);
  const c = builder.input('c', 'float32', y.shape);
  return { builder, output: y.shape as number[], request: { seeds: [[y, c]] as const, withRespectTo } };
}

async function run(engine: Runner, graph: Graph, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  return (await engine.load(graph)).run(feeds);
}

/** One sample, as a batch. */
function part({ shape: [, ...shape], data }: Tensor<'float64'>, n: number): Tensor<'float64'> {
  return tensor('float64', [1, ...shape], data.slice(n * sizeOf(shape), (n + 1) * sizeOf(shape)));
}

function compare(actual: Tensor, expected: Tensor): string | undefined {
  if (actual.shape.join() !== expected.shape.join()) {
    return `has shape [${actual.shape.join()}], must be [${expected.shape.join()}]`;
  }
  const [got, want] = [actual.data as Float64Array, expected.data as Float64Array];
  const at = got.findIndex((value, k) => !(Math.abs(value - want[k]) <= 1e-10 * (1 + Math.abs(want[k]))));
  return at < 0 ? undefined : `is ${got[at]} at ${at}, must be ${want[at]}`;
}
