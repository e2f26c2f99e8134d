import { NetworkBuilder, pytorchDefault, type InitializationScheme, type Network } from '@gradsign/network';
import { int64, type Value } from '@gradsign/onnx';
import { NetworkOptionError } from '../errors';
import type { NetworkOptions } from '../search-space';
import { NAME, OPERATIONS, type NasBench101Cell, type Operation } from './architecture';
import { concatenated, vertexChannels } from './channels';
import { elements, graphOf, prune, type Graph } from './graph';

const STACKS = 3;
/** Height and width must halve: the published code rounds up, its PyTorch version down. */
const HALVINGS = 2 ** (STACKS - 1);

/**
 * The benchmark's network: stem conv3x3; three stacks of N cells at C, 2C, 4C channels with a max pooling of stride 2
 * before the second and the third; mean over space-linear. Default C = 128, N = 3. Every convolution is
 * conv-BN(affine)-ReLU without bias. Unused vertices of the cell are no part of it. Weights' paths are
 * `cell.<n>.vertex.<v>.<operation>.…`, with the number v of the vertex among those used. Every variant is this
 * network. Ying et al. 2019.
 */
export function cellNetwork(cell: NasBench101Cell, options: NetworkOptions): Network {
  const graph = prune(graphOf(cell))!;
  check(graph, options);
  const { imageShape, classes, channels = 128, cellsPerStage = 3 } = options;
  const build = new NetworkBuilder({ name: NAME, imageShape, classes, initialization });
  let x = convNormRelu(build, build.images, 'stem', channels, 3);
  for (let stack = 0; stack < STACKS; stack++) {
    if (stack > 0) {
      x = build.maxPool(x, { kernel: 2, stride: 2 });
    }
    for (let i = 0; i < cellsPerStage; i++) {
      x = build.cell([x], cellBlock(build, x, `cell.${stack * cellsPerStage + i}`, graph, channels * 2 ** stack));
    }
  }
  return build.build(build.linear(build.globalAveragePool(x), 'head.linear', { out: classes }));
}

/**
 * Of the network's published PyTorch version: convolutions N(0, √(2/(k²·C_out))), linear weights N(0, 0.01), biases
 * 0; the second figure is the standard deviation.
 */
const initialization: InitializationScheme = (role, layerShape) => {
  switch (role) {
    case 'conv': {
      const [out, , height, width] = layerShape;
      return { kind: 'normal', std: Math.sqrt(2 / (height * width * out)) };
    }
    case 'linear':
      return { kind: 'normal', std: 0.01 };
    case 'bias':
      return { kind: 'constant', value: 0 };
    default:
      return pytorchDefault(role, layerShape);
  }
};

/**
 * A vertex is its operation on the sum of its inputs; the cell's output is the concatenation of the vertices that
 * feed it. Whatever comes from the cell's input is projected by a conv1x1, and added, at the output too.
 */
function cellBlock(build: NetworkBuilder, input: Value, path: string, graph: Graph, out: number): Value {
  const { sources, labels } = graph;
  const channels = vertexChannels(graph, build.channels(input), out);
  const values = [input];
  const fromInput = (vertex: number, name: string) =>
    sources[vertex] & 1 ? [convNormRelu(build, input, `${path}.${name}.projection`, channels[vertex], 1)] : [];
  labels.forEach((label, i) => {
    const vertex = i + 1;
    const interior = elements(sources[vertex] & ~1).map((source) => truncate(build, values[source], channels[vertex]));
    const [first, ...others] = [...interior, ...fromInput(vertex, `vertex.${vertex}`)];
    const operation = OPERATIONS[label];
    values.push(operate(build, build.add(first, ...others), `${path}.vertex.${vertex}.${operation}`, operation));
  });
  const parts = concatenated(sources).map((vertex) => values[vertex]);
  const whole = parts.length > 1 ? [build.concat(parts)] : parts;
  const [first, ...others] = [...whole, ...fromInput(sources.length - 1, 'output')];
  return build.add(first, ...others);
}

function operate(build: NetworkBuilder, x: Value, path: string, operation: Operation): Value {
  switch (operation) {
    case 'conv3x3-bn-relu':
      return convNormRelu(build, x, path, build.channels(x), 3);
    case 'conv1x1-bn-relu':
      return convNormRelu(build, x, path, build.channels(x), 1);
    case 'maxpool3x3':
      return build.maxPool(x, { kernel: 3, padding: 1 });
  }
}

function convNormRelu(build: NetworkBuilder, x: Value, path: string, out: number, kernel: number): Value {
  const y = build.conv(x, path, { out, kernel, padding: (kernel - 1) / 2 });
  return build.relu(build.batchNorm(y, `${path}.norm`));
}

/** The first channels of x. */
function truncate(build: NetworkBuilder, x: Value, channels: number): Value {
  if (build.channels(x) === channels) {
    return x;
  }
  const [starts, ends, axes] = [0, channels, 1].map((value) => build.graph.constant(int64([value])));
  return build.graph.node('Slice', [x, starts, ends, axes]);
}

function check({ sources }: Graph, { imageShape, classes, channels = 128, cellsPerStage = 3 }: NetworkOptions): void {
  for (const [option, value] of Object.entries({ classes, channels, cellsPerStage, 'imageShape[0]': imageShape[0] })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new NetworkOptionError(option, value, 'it must be a positive integer');
    }
  }
  const parts = concatenated(sources).length;
  if (channels < parts) {
    throw new NetworkOptionError(
      'channels',
      channels,
      `it must be at least ${parts}, one channel for each vertex that feeds the cell's output`,
    );
  }
  for (const axis of [1, 2]) {
    const size = imageShape[axis];
    if (!Number.isInteger(size) || size < HALVINGS || size % HALVINGS !== 0) {
      throw new NetworkOptionError(
        `imageShape[${axis}]`,
        size,
        `${NAME} halves height and width ${STACKS - 1} times, so each must be a positive multiple of ${HALVINGS}`,
      );
    }
  }
}
