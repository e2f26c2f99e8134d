import type { Tensor } from '@gradsign/onnx';
import type { GraphPass } from './pass';
import type { ProxyInfo, ProxyValue } from './proxy';

/** What the members of the GradSign family have in common. */
export const signFamily = {
  kind: 'graph',
  higherIsBetter: true,
  data: 'batch',
  defaultBatchSize: 64,
  chunkable: true,
  normalization: 'sample',
  request: (pass: GraphPass) => pass.signSums(),
} as const satisfies Partial<ProxyInfo> & Record<string, unknown>;

/** Σ over the weights of f(|Σ_i sign|); a weight with a NaN gradient is left out and counted. */
export function foldSignSums(outputs: readonly Tensor[], f: (agreement: number) => number): ProxyValue {
  let value = 0;
  let weights = 0;
  let nanCount = 0;
  for (const { data } of outputs as readonly Tensor<'float32'>[]) {
    weights += data.length;
    for (let k = 0; k < data.length; k++) {
      const sum = data[k];
      if (sum !== sum) nanCount++;
      else value += f(sum < 0 ? -sum : sum);
    }
  }
  return { value, weights, nanCount };
}
