import type { Tensor } from '@gradsign/onnx';
import type { GraphPass } from './pass';
import type { PassFacts, ProxyInfo, ProxyValue } from './proxy';

/** What the members of the GradSign family have in common. */
export const signFamily = {
  kind: 'graph',
  higherIsBetter: true,
  data: 'batch',
  defaultBatchSize: 64,
  chunkable: true,
  normalization: 'sample',
  request: (pass: GraphPass) => pass.stepSums(),
} as const satisfies Partial<ProxyInfo> & Record<string, unknown>;

/**
 * Σ over the weights of f(|Σ_i sign|), from sums of steps (see `GraphPass.stepSums`); a weight with a NaN gradient is
 * left out and counted.
 */
export function foldSignSums(
  outputs: readonly Tensor[],
  { batchSize }: PassFacts,
  f: (agreement: number) => number,
): ProxyValue {
  let value = 0;
  let weights = 0;
  let nanCount = 0;
  for (const { data } of outputs as readonly Tensor<'float32'>[]) {
    weights += data.length;
    for (let k = 0; k < data.length; k++) {
      const sum = 2 * data[k] - batchSize;
      if (sum !== sum) nanCount++;
      else value += f(sum < 0 ? -sum : sum);
    }
  }
  return { value, weights, nanCount };
}
