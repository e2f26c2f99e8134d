import type { Network } from '@gradsign/network';
import type { Graph, Tensor } from '@gradsign/onnx';
import { GraphPass } from './pass';
import type { GraphProxy, ProxyValue } from './proxy';

/** A graph to be run on every chunk of a batch, and what to do with the sum of its outputs. */
export interface Plan {
  readonly graph: Graph;
  /** Bytes that the values of one run take at once, estimated. */
  readonly peakBytes: number;
  /** Images in one run; divides the batch. */
  readonly chunkSize: number;
  readonly proxies: readonly GraphProxy[];
  /** Values of the proxies, in their order, from the graph's outputs added over the chunks. */
  reduce(outputs: Readonly<Record<string, Tensor>>): ProxyValue[];
}

export interface PlanOptions {
  readonly network: Network;
  readonly weights: ReadonlyMap<string, Tensor<'float32'>>;
  readonly batchSize: number;
  /** Upper bound of a chunk, where chunks are allowed. */
  readonly chunkSize: number;
}

/** Groups proxies into passes: those with the same normalisation and chunking share one. */
export function planProxies(proxies: readonly GraphProxy[], options: PlanOptions): Plan[] {
  const groups = new Map<string, GraphProxy[]>();
  for (const proxy of proxies) {
    const key = `${proxy.normalization}/${proxy.chunkable}`;
    groups.set(key, [...(groups.get(key) ?? []), proxy]);
  }
  return [...groups.values()].map((group) => planGroup(group, options));
}

function planGroup(proxies: readonly GraphProxy[], { network, weights, batchSize, chunkSize }: PlanOptions): Plan {
  const [{ chunkable, normalization }] = proxies;
  if (normalization === 'none') throw new TypeError(`${proxies[0].id}: a graph proxy states its normalisation`);
  const size = chunkable ? largestDivisor(batchSize, chunkSize) : batchSize;
  const pass = new GraphPass({ network, weights, batchSize: size, normalization });
  const names = proxies.map((proxy) => proxy.request(pass));
  const facts = { layers: pass.layers, batchSize };
  return {
    ...pass.build(),
    chunkSize: size,
    proxies,
    reduce: (outputs) =>
      proxies.map((proxy, i) =>
        proxy.reduce(
          names[i].map((name) => outputs[name]),
          facts,
        ),
      ),
  };
}

/** The largest chunk of at most `bound` images that cuts the batch without a remainder. */
function largestDivisor(batchSize: number, bound: number): number {
  let size = Math.min(batchSize, bound);
  while (batchSize % size !== 0) size--;
  return size;
}
