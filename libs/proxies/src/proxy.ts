import type { Network } from '@gradsign/network';
import type { Tensor } from '@gradsign/onnx';
import type { GraphPass, LayerWeight } from './pass';

/** What is known of a proxy without computing anything. */
export interface ProxyInfo {
  readonly id: string;
  readonly higherIsBetter: boolean;
  /** One sentence: what is computed. */
  readonly definition: string;
  /** Publication or other origin of the definition. */
  readonly source: string;
  readonly data: 'batch' | 'none';
  /** Images in the mini-batch when a request leaves it open; 0 where none are used. */
  readonly defaultBatchSize: number;
  /** Whether the batch may be cut into chunks whose outputs are added, without changing the value. */
  readonly chunkable: boolean;
  /** Whose statistics normalisation layers use. */
  readonly normalization: 'sample' | 'batch' | 'none';
}

/** A value and how many weights it came from. */
export interface ProxyValue {
  /** May be an infinity or NaN. */
  readonly value: number;
  /** Weights (elements) that were looked at. */
  readonly weights: number;
  /** Weights left out because their gradient was not a number. */
  readonly nanCount: number;
}

/** A proxy that needs no more than the network's structure. */
export interface StructuralProxy extends ProxyInfo {
  readonly kind: 'structural';
  evaluate(subject: { network: Network; architecture: string; seed: number | bigint }): ProxyValue;
}

/** What a reducer knows beside the outputs. */
export interface PassFacts {
  /** The layers whose outputs they are. */
  readonly layers: readonly LayerWeight[];
  /** Images of the whole batch, over all chunks. */
  readonly batchSize: number;
}

/**
 * A proxy over a graph: it asks a pass for quantities, which become outputs of the pass's graph, and reduces their
 * values. Proxies with the same normalisation share a pass, and so its forward and backward computation.
 */
export interface GraphProxy extends ProxyInfo {
  readonly kind: 'graph';
  /** Names of the graph outputs that `reduce` wants, in its order. */
  request(pass: GraphPass): string[];
  /** `outputs` are added over the chunks of the batch where the proxy is chunkable. */
  reduce(outputs: readonly Tensor[], facts: PassFacts): ProxyValue;
}

export type Proxy = StructuralProxy | GraphProxy;
