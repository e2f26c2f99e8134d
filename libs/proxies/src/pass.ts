import {
  foldConstants,
  gradients,
  lowerNormalization,
  perSampleGradients,
  shareNodes,
  step,
  sumSamples,
} from '@gradsign/autodiff';
import { BATCH, LOGITS, normalize, pruneNetwork, withWeights, type Network } from '@gradsign/network';
import { float32, GraphBuilder, specialize, type Graph, type Tensor, type Value } from '@gradsign/onnx';

/** Name of the pass's second input: one-hot labels [B, classes]. */
export const ONE_HOT_LABELS = 'one_hot_labels';

/** A convolution's or linear layer's weight that the loss depends on. */
export interface LayerWeight {
  readonly path: string;
  readonly values: Tensor<'float32'>;
}

/** Which network a pass runs, and on how many images at once. */
export interface PassOptions {
  readonly network: Network;
  readonly weights: ReadonlyMap<string, Tensor<'float32'>>;
  readonly batchSize: number;
  readonly normalization: 'sample' | 'batch';
}

/**
 * One forward and one backward pass over a mini-batch as a graph, with the quantities that proxies ask for as its
 * outputs. Structurally dead parts of the network are left out: their weights have gradient zero.
 * The loss of a sample is the cross-entropy of its logits with its label.
 */
export class GraphPass {
  readonly layers: readonly LayerWeight[];
  private readonly builder: GraphBuilder;
  private readonly values: readonly Value[];
  private readonly logits: Value;
  private readonly labels: Value;
  private readonly requested = new Map<string, string[]>();

  constructor(private readonly options: PassOptions) {
    const { network, weights, batchSize, normalization } = options;
    const alive = pruneNetwork(network);
    const fixed = specialize(withWeights(alive, weights), { [BATCH]: batchSize });
    const forward = shareNodes(lowerNormalization(normalize(fixed, normalization)));
    this.builder = GraphBuilder.from({ ...forward, outputs: [] });
    this.layers = alive.weights
      .filter(({ role }) => role === 'conv' || role === 'linear')
      .map(({ path }) => ({ path, values: weights.get(path)! }));
    this.values = this.layers.map(({ path }) => this.builder.value(path));
    this.logits = this.builder.value(LOGITS);
    this.labels = this.builder.input(ONE_HOT_LABELS, 'float32', [batchSize, network.classes]);
  }

  /**
   * Σ_i step(∂ℓ_i/∂W) for each layer, where step is 1, ½ or 0 for a positive, zero or negative gradient, and NaN for
   * NaN: with B samples, Σ_i sign = 2·Σ_i step − B. The elements of a layer come in an order of their own.
   */
  stepSums(): string[] {
    return this.once('step_sum', (names) =>
      perSampleGradients(this.builder, this.differentiated(this.lossGradient())).map((gradient, i) => {
        const steps = step(this.builder, gradient!.values, 0.5);
        return sumSamples(this.builder, steps, names[i]);
      }),
    );
  }

  /** ∂L/∂W for each layer, where L is the mean loss over the batch. */
  gradients(): string[] {
    return this.once('gradient', () => {
      const size = this.builder.constant(float32([this.options.batchSize], []));
      return gradients(this.builder, this.differentiated(this.builder.node('Div', [this.lossGradient(), size])));
    });
  }

  build(): Graph {
    return foldConstants(shareNodes(this.builder.build()));
  }

  /** ∂ℓ_i/∂logits of every sample: softmax − one-hot. */
  private lossGradient(): Value {
    const probabilities = this.builder.node('Softmax', [this.logits], { axis: 1 });
    return this.builder.node('Sub', [probabilities, this.labels]);
  }

  private differentiated(cotangent: Value) {
    return { seeds: [[this.logits, cotangent]] as const, withRespectTo: this.values };
  }

  /** Adds a quantity of every layer to the graph the first time it is asked for; `build` may name its values. */
  private once(quantity: string, build: (names: readonly string[]) => Value[]): string[] {
    const known = this.requested.get(quantity);
    if (known) return known;
    const names = this.layers.map(({ path }) => `${quantity}:${path}`);
    build(names).forEach((value, i) => this.builder.output(value, names[i]));
    this.requested.set(quantity, names);
    return names;
  }
}
