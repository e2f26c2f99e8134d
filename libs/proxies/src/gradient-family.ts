import type { Tensor } from '@gradsign/onnx';
import type { GraphPass } from './pass';
import type { PassFacts, ProxyInfo, ProxyValue } from './proxy';

/** What the proxies of the batch gradient have in common: whole-batch statistics, never cut into chunks. */
export const gradientFamily = {
  kind: 'graph',
  higherIsBetter: true,
  data: 'batch',
  defaultBatchSize: 64,
  chunkable: false,
  normalization: 'batch',
  request: (pass: GraphPass) => pass.gradients(),
} as const satisfies Partial<ProxyInfo> & Record<string, unknown>;

/**
 * Sum over the layers of `layerValue(weights, gradient)`, in double precision. NaN gradients make the value NaN and
 * are counted.
 */
export function sumOverLayers(
  outputs: readonly Tensor[],
  { layers }: PassFacts,
  layerValue: (weights: ArrayLike<number>, gradient: ArrayLike<number>) => number,
): ProxyValue {
  let value = 0;
  let weights = 0;
  let nanCount = 0;
  (outputs as readonly Tensor<'float32'>[]).forEach(({ data }, l) => {
    weights += data.length;
    for (let k = 0; k < data.length; k++) if (data[k] !== data[k]) nanCount++;
    value += layerValue(layers[l].values.data, data);
  });
  return { value, weights, nanCount };
}
