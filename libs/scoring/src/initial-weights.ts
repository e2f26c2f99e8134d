import { initializeWeight, type Network, type WeightSeed } from '@gradsign/network';
import type { Tensor } from '@gradsign/onnx';
import { LRUCache } from 'lru-cache';

/** Bytes of weights that a process remembers: all those of NAS-Bench-201 take 7 MB. */
const REMEMBERED_BYTES = 64 * 1024 * 1024;

const remembered = new LRUCache<string, Tensor<'float32'>>({
  maxSize: REMEMBERED_BYTES,
  sizeCalculation: ({ data }) => Math.max(1, data.byteLength),
});

/**
 * Initial values of all weights of a network, by path, as `initializeWeights` draws them. A path has the same values in
 * every architecture, so that they are remembered from one to the next. They must not be changed.
 */
export function initialWeights({ weights }: Network, seed: WeightSeed): ReadonlyMap<string, Tensor<'float32'>> {
  return new Map(
    weights.map((spec) => {
      const key = JSON.stringify([String(seed.seed), seed.initialization, spec.path, spec.shape, spec.init]);
      const values = remembered.get(key) ?? initializeWeight(spec, seed);
      remembered.set(key, values);
      return [spec.path, values];
    }),
  );
}
