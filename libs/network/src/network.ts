import type { Graph } from '@gradsign/onnx';

/** What a weight is for; proxies differentiate with respect to `conv` and `linear` only, unless they say otherwise. */
export type WeightRole = 'conv' | 'linear' | 'bias' | 'norm_scale' | 'norm_shift';

/** The distribution of a weight's initial values. */
export type Initializer =
  /** PyTorch's default for convolutions and linear layers: uniform in ±1/√fanIn. */
  | { readonly kind: 'uniform_fan_in'; readonly fanIn: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'constant'; readonly value: number };

/** One named weight of a network. */
export interface WeightSpec {
  /**
   * The weight's path in the network, for instance `cell.3.edge.0-1.nor_conv_3x3.weight`. It is the name of the
   * graph's input (or initializer) too, and together with the seed it determines the initial values: the same path
   * starts from the same numbers in every architecture.
   */
  readonly path: string;
  readonly shape: readonly number[];
  readonly role: WeightRole;
  readonly init: Initializer;
}

/** A block of a network, by the names of values of its graph: [N, C, H, W] in and out. */
export interface Cell {
  /** What it computes on; the same value may be given twice. */
  readonly inputs: readonly string[];
  readonly output: string;
}

/**
 * An image classifier: a graph from `images` [N, C, H, W] float32 to `logits` [N, classes], whose weights are
 * graph inputs until values are given to them (`withWeights`). Normalisation is written as BatchNormalization in
 * training mode; proxies choose other semantics with `normalize`.
 */
export interface Network {
  readonly graph: Graph;
  readonly weights: readonly WeightSpec[];
  /** Channels, height, width of one image. */
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  /**
   * The blocks between stem and head in their order (cells, and reductions where they are blocks of their own), each
   * computed from the ones before it. Absent where they are not known, as for a user's model.
   */
  readonly cells?: readonly Cell[];
  /**
   * Containers of layers besides cells, as in the published tree of modules: of each the name of its output, which
   * may come several times. Absent where they are not known.
   */
  readonly containers?: readonly string[];
}

/** Names of a network's data input and output. */
export const IMAGES = 'images';
export const LOGITS = 'logits';
/** Symbolic size of the batch axis. */
export const BATCH = 'N';
