import type { Network } from '@gradsign/network';
import type { Graph, Tensor } from '@gradsign/onnx';
import type { GraphPass, LayerWeight } from './pass';
import type { Members } from './population';

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

/** A labelled mini-batch: images [size, C, H, W] in row-major order, one label an image. */
export interface LabelledBatch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly size: number;
}

/** What a program evaluates, and what it may use. */
export interface ProgramSubject {
  readonly network: Network;
  readonly architecture: string;
  readonly seed: number | bigint;
  /** Which of a request's initialisations this is, from 0: a step in the path of every stream that is drawn from. */
  readonly initialization: number;
  /** Initial weights by path; made when they are first read. */
  readonly weights: ReadonlyMap<string, Tensor<'float32'>>;
  /** Given where `data` is `batch`. */
  readonly batch?: LabelledBatch;
  /**
   * The architecture's network with as few channels and cells as its space allows, for images of one channel and 4 × 4
   * pixels. There is none of a model, and where channels are what the architecture is.
   */
  smallestNetwork?(): Network | undefined;
  /** Runs a graph. It is loaded when it is first run, by identity of the object, and released after the evaluation. */
  run(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  /** To be awaited between long steps; it throws where the evaluation should stop. `run` awaits it too. */
  checkpoint(): Promise<void>;
}

/**
 * A proxy that is more than a pass: it draws weights or inputs of its own (from streams of the seed that it names),
 * needs several graphs, or reduces full tensors. It is never cut into chunks.
 */
export interface ProgramProxy extends ProxyInfo {
  readonly kind: 'program';
  evaluate(subject: ProgramSubject): Promise<ProxyValue>;
}

/** What a population proxy finds of one member, before it is ranked among the others. */
export interface MemberValue extends Omit<ProxyValue, 'value'> {
  /** Numbers to rank by; higher is better in each. */
  readonly components: readonly number[];
}

/** A program whose score ranks the members of a population against each other: one member alone has none. */
export interface PopulationProxy extends ProxyInfo {
  readonly kind: 'population';
  evaluate(subject: ProgramSubject): Promise<MemberValue>;
  /** One score a member. */
  combine(members: Members): number[];
}

export type Proxy = StructuralProxy | GraphProxy | ProgramProxy | PopulationProxy;
