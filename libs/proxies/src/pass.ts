import {
  foldConstants,
  gradients,
  lowerNormalization,
  perSampleGradients,
  shareNodes,
  step,
  sumSamples,
} from '@gradsign/autodiff';
import { BATCH, IMAGES, LOGITS, normalize, pruneNetwork, withWeights, type Network } from '@gradsign/network';
import {
  float32,
  GraphBuilder,
  int64,
  peakBytes,
  removeDeadNodes,
  specialize,
  zeros,
  type Graph,
  type Tensor,
  type Value,
} from '@gradsign/onnx';
import { layerOutputs, type LayerOutput } from './layer-outputs';

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
  private readonly outputs: readonly LayerOutput[];
  private readonly logits: Value;
  private readonly labels: Value;
  private readonly requested = new Map<string, string[]>();
  private backward: { readonly weights: Value[]; readonly outputs: Value[] } | undefined;

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
    this.outputs = layerOutputs(forward, this.builder, new Set(this.layers.map(({ path }) => path)));
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
    return this.once('gradient', () => this.backwardPass().weights);
  }

  /** H·g for each layer, where g is the gradient of L with respect to all layers' weights and H its Hessian. */
  hessianGradientProducts(): string[] {
    return this.once('hessian_gradient', () => {
      const { weights } = this.backwardPass();
      return gradients(this.builder, { seeds: weights.map((g) => [g, g]), withRespectTo: this.values });
    });
  }

  /**
   * Σ a·∂L/∂a over the positions of each layer's output a: [B, C] for each layer, samples by output channels. A layer
   * that is used u times has [u·B, C].
   */
  outputSaliencies(): string[] {
    return this.once('output_saliency', () => {
      const saliencies = this.outputs.map(({ value }, i) =>
        this.builder.node('Mul', [value, this.backwardPass().outputs[i]]),
      );
      return this.layers.map(({ path }) => {
        const uses = this.outputs.flatMap((output, i) =>
          output.path === path ? [this.sumOverPositions(saliencies[i], output.channelAxis)] : [],
        );
        return uses.length === 1 ? uses[0] : this.builder.node('Concat', uses, { axis: 0 });
      });
    });
  }

  /** The gradient of the sum of all logits of the batch with respect to the images: one output, [B, C, H, W]. */
  inputGradient(): string[] {
    return this.once(
      'input_gradient',
      () => {
        const ones = zeros('float32', [this.options.batchSize, this.options.network.classes]);
        ones.data.fill(1);
        const seeds = [[this.logits, this.builder.constant(ones)]] as const;
        return gradients(this.builder, { seeds, withRespectTo: [this.builder.value(IMAGES)] });
      },
      ['input_gradient'],
    );
  }

  /** The labels themselves, one-hot: one output, [B, classes]. */
  oneHotLabels(): string[] {
    return this.once('labels', () => [this.labels], ['labels']);
  }

  /** The graph, and the bytes that its values take at once. */
  build(): { graph: Graph; peakBytes: number } {
    const graph = foldConstants(removeDeadNodes(shareNodes(this.builder.build())));
    return { graph, peakBytes: peakBytes(graph, this.builder) };
  }

  /** ∂L/∂W of the layers and ∂L/∂a of their outputs; values that nothing asks for are not computed. */
  private backwardPass() {
    if (!this.backward) {
      const size = this.builder.constant(float32([this.options.batchSize], []));
      const cotangent = this.builder.node('Div', [this.lossGradient(), size]);
      const withRespectTo = [...this.values, ...this.outputs.map(({ value }) => value)];
      const all = gradients(this.builder, { seeds: [[this.logits, cotangent]], withRespectTo });
      this.backward = { weights: all.slice(0, this.values.length), outputs: all.slice(this.values.length) };
    }
    return this.backward;
  }

  /** ∂ℓ_i/∂logits of every sample: softmax − one-hot. */
  private lossGradient(): Value {
    const probabilities = this.builder.node('Softmax', [this.logits], { axis: 1 });
    return this.builder.node('Sub', [probabilities, this.labels]);
  }

  /** [B, C, …], C at `channelAxis`, → [B, C]. */
  private sumOverPositions(x: Value, channelAxis: number): Value {
    const axes = [...x.shape.keys()].filter((axis) => axis !== 0 && axis !== channelAxis);
    if (axes.length === 0) return x;
    return this.builder.node('ReduceSum', [x, this.builder.constant(int64(axes))], { keepdims: 0 });
  }

  private differentiated(cotangent: Value) {
    return { seeds: [[this.logits, cotangent]] as const, withRespectTo: this.values };
  }

  /**
   * Adds a quantity, by default one value a layer, to the graph the first time it is asked for; `build` may name its
   * values.
   */
  private once(
    quantity: string,
    build: (names: readonly string[]) => Value[],
    names = this.layers.map(({ path }) => `${quantity}:${path}`),
  ): string[] {
    const known = this.requested.get(quantity);
    if (known) return known;
    build(names).forEach((value, i) => this.builder.output(value, names[i]));
    this.requested.set(quantity, names);
    return names;
  }
}
