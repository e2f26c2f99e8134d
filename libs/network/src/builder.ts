import { GraphBuilder, float32, int64, type Attribute, type Tensor, type Value } from '@gradsign/onnx';
import { pytorchDefault, type InitializationScheme } from './initialization';
import { BATCH, IMAGES, LOGITS, type Cell, type Network, type WeightRole, type WeightSpec } from './network';
import { NetworkError } from './network-error';
import { trainingOutputs } from './normalize';

/** A size for height and width, or one for each. */
export type Extent = number | readonly [height: number, width: number];

export interface WindowOptions {
  readonly kernel: Extent;
  /** Default 1. */
  readonly stride?: Extent;
  /** Zeros (max pooling: −∞) on both sides. Default 0. */
  readonly padding?: Extent;
}

export interface ConvOptions extends WindowOptions {
  /** Number of output channels. */
  readonly out: number;
  /** Default 1. */
  readonly dilation?: Extent;
  /** Default 1. */
  readonly groups?: number;
  /** Default: no bias. */
  readonly bias?: boolean;
}

export interface BatchNormOptions {
  /** Default: scale and shift are weights. */
  readonly affine?: boolean;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

export interface NetworkBuilderOptions {
  readonly name: string;
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  /** Default: PyTorch's. */
  readonly initialization?: InitializationScheme;
}

/**
 * Builds a network layer by layer. Values are [N, C, H, W] unless said otherwise; a layer's weights are graph inputs
 * named `<path>.weight`, `<path>.bias`, `<path>.scale`, `<path>.shift`, its node is named by the path. What no method
 * covers is appended to `graph` directly.
 */
export class NetworkBuilder {
  readonly graph: GraphBuilder;
  /** The data input [N, C, H, W]. */
  readonly images: Value;
  private readonly weights: WeightSpec[] = [];
  private readonly cells: Cell[] = [];
  private readonly containers: string[] = [];
  private readonly initialization: InitializationScheme;

  constructor(private readonly options: NetworkBuilderOptions) {
    this.graph = new GraphBuilder(options.name);
    this.images = this.graph.input(IMAGES, 'float32', [BATCH, ...options.imageShape]);
    this.initialization = options.initialization ?? pytorchDefault;
  }

  /** Number of channels (axis 1) of a value. */
  channels(x: Value): number {
    const channels = x.shape[1];
    if (typeof channels !== 'number') {
      throw new NetworkError(x.name, `has the channel axis ${channels}: it must be a number`);
    }
    return channels;
  }

  conv(x: Value, path: string, { out, groups = 1, dilation = 1, bias = false, ...window }: ConvOptions): Value {
    const shape = [out, this.channels(x) / groups, ...pair(window.kernel)];
    const inputs = [x, ...this.layerWeights(path, 'conv', shape, bias)];
    return this.graph.node(
      'Conv',
      inputs,
      { ...windowAttributes(window), dilations: pair(dilation), group: groups },
      path,
    );
  }

  /** x [N, in] → [N, out]. */
  linear(x: Value, path: string, { out, bias = true }: { readonly out: number; readonly bias?: boolean }): Value {
    const inputs = [x, ...this.layerWeights(path, 'linear', [out, this.channels(x)], bias)];
    return this.graph.node('Gemm', inputs, { transB: 1 }, path);
  }

  /**
   * Batch normalisation by the batch's own statistics. Where it is not affine, scale 1 and shift 0 are constants.
   */
  batchNorm(x: Value, path: string, { affine = true, epsilon = 1e-5 }: BatchNormOptions = {}): Value {
    const channels = this.channels(x);
    const vectors = affine
      ? [
          this.weight(`${path}.scale`, 'norm_scale', [channels], [channels]),
          this.weight(`${path}.shift`, 'norm_shift', [channels], [channels]),
        ]
      : [
          this.graph.initializer(`${path}.scale`, filled(channels, 1)),
          this.graph.initializer(`${path}.shift`, filled(channels, 0)),
        ];
    const statistics = [
      this.graph.initializer(`${path}.running_mean`, filled(channels, ALMOST_ZERO)),
      this.graph.initializer(`${path}.running_var`, filled(channels, ALMOST_ONE)),
    ];
    const [y] = this.graph.append({
      op: 'BatchNormalization',
      name: path,
      inputs: [x, ...vectors, ...statistics].map(({ name }) => name),
      outputs: trainingOutputs(path, [path]),
      attributes: { epsilon, momentum: 0.9, training_mode: 1 },
    });
    return y;
  }

  relu(x: Value): Value {
    return this.graph.node('Relu', [x]);
  }

  /** The padding is not counted in the average. */
  avgPool(x: Value, window: WindowOptions): Value {
    return this.graph.node('AveragePool', [x], { ...poolAttributes(window), count_include_pad: 0 });
  }

  maxPool(x: Value, window: WindowOptions): Value {
    return this.graph.node('MaxPool', [x], poolAttributes(window));
  }

  /** Mean over height and width: [N, C]. */
  globalAveragePool(x: Value): Value {
    return this.graph.node('Flatten', [this.graph.node('GlobalAveragePool', [x])], { axis: 1 });
  }

  /** The pixels at every `stride`-th row and column, from the first on. */
  subsample(x: Value, stride: number): Value {
    const [starts, ends, axes, steps] = [
      [0, 0],
      [END, END],
      [2, 3],
      [stride, stride],
    ].map((values) => this.graph.constant(int64(values)));
    return this.graph.node('Slice', [x, starts, ends, axes, steps]);
  }

  /** x[…, i + 1, j + 1] at (i, j): one pixel up and left; zeros in the last row and column. */
  shift(x: Value): Value {
    return this.graph.node('Pad', [x, this.graph.constant(int64([0, 0, -1, -1, 0, 0, 1, 1]))]);
  }

  /** Sum of one or more values of the same shape, from left to right. */
  add(first: Value, ...others: readonly Value[]): Value {
    return others.reduce((sum, x) => this.graph.node('Add', [sum, x]), first);
  }

  /** x · 0: an operation that is executed, and whose result is zero. */
  zero(x: Value): Value {
    return this.graph.node('Mul', [x, this.graph.constant(float32([0], []))]);
  }

  /** Along the channels. */
  concat(values: readonly Value[]): Value {
    return this.graph.node('Concat', values, { axis: 1 });
  }

  /** States that a value is a cell's output. Returns the value. */
  cell(inputs: readonly Value[], output: Value): Value {
    this.cells.push({ inputs: inputs.map(({ name }) => name), output: output.name });
    return output;
  }

  /** States that a value is the output of so many containers, one within the other. Returns the value. */
  container(output: Value, count = 1): Value {
    for (let i = 0; i < count; i++) this.containers.push(output.name);
    return output;
  }

  /** Ends the network. @param logits [N, classes] */
  build(logits: Value): Network {
    const { imageShape, classes } = this.options;
    if (logits.shape.length !== 2 || logits.shape[1] !== classes) {
      throw new NetworkError(logits.name, `has shape [${logits.shape.join()}]: logits are [${BATCH},${classes}]`);
    }
    this.graph.output(logits, LOGITS);
    const { weights, cells, containers } = this;
    return { graph: this.graph.build(), weights, imageShape, classes, cells, containers };
  }

  private layerWeights(path: string, role: WeightRole, shape: readonly number[], bias: boolean): Value[] {
    const weight = this.weight(`${path}.weight`, role, shape, shape);
    return bias ? [weight, this.weight(`${path}.bias`, 'bias', [shape[0]], shape)] : [weight];
  }

  private weight(path: string, role: WeightRole, shape: readonly number[], layerShape: readonly number[]): Value {
    this.weights.push({ path, shape, role, init: this.initialization(role, layerShape) });
    return this.graph.input(path, 'float32', shape);
  }
}

/**
 * Running statistics before training: mean 0 and variance 1, but not to the bit. ONNX Runtime (1.30) makes equal
 * constants of up to 8 elements one, and updates running statistics in place: it would overwrite a scale of ones and
 * a shift of zeros.
 */
const ALMOST_ZERO = 1e-30;
const ALMOST_ONE = 1 + 2 ** -23;

/** Beyond the end of any axis. */
const END = 2 ** 31 - 1;

function filled(size: number, value: number): Tensor<'float32'> {
  return float32(new Array<number>(size).fill(value));
}

function pair(extent: Extent): readonly [number, number] {
  return typeof extent === 'number' ? [extent, extent] : extent;
}

function windowAttributes({ kernel, stride = 1, padding = 0 }: WindowOptions) {
  return { kernel_shape: pair(kernel), strides: pair(stride), pads: [...pair(padding), ...pair(padding)] };
}

function poolAttributes(window: WindowOptions): Record<string, Attribute> {
  return windowAttributes(window);
}
