import { NetworkBuilder, type Network } from '@gradsign/network';
import type { Value } from '@gradsign/onnx';
import { NetworkOptionError } from '../errors';
import type { NetworkOptions } from '../search-space';
import { EDGES, NODES, incomingEdges, type NasBench201Cell, type Operation } from './architecture';
import { NAME } from './notation';

const STAGES = 3;
/** Each of the two reductions halves height and width; a size that does not halve would split its two branches. */
const HALVINGS = 2 ** (STAGES - 1);

/**
 * The benchmark's network: stem conv3x3-BN; three stages of N cells at C, 2C, 4C channels with a reduction before the
 * second and the third; BN-ReLU-mean over space-linear. Default C = 16, N = 5. A candidate convolution is
 * ReLU-conv-BN without bias, and its BN is not affine; the variant `published` gives it a bias (GradSign's published
 * code), the variant `trained` makes its BN affine (the benchmark's training). `none` is x · 0 and stays in the graph.
 * Containers are those of the benchmark's own code: ReLU-conv-BN is a module that holds a sequence, a pooling one that
 * holds a layer; the identity is a module too. Only the chosen operations exist; their weights' paths are `cell.<n>.edge.<source>-<target>.<operation>.…`.
 * Dong and Yang 2020.
 */
export function cellNetwork(cell: NasBench201Cell, options: NetworkOptions): Network {
  check(options);
  const { imageShape, classes, channels = 16, cellsPerStage = 5, variant } = options;
  const build = new NetworkBuilder({ name: NAME, imageShape, classes });
  let x = build.conv(build.images, 'stem.conv', { out: channels, kernel: 3, padding: 1 });
  x = build.container(build.batchNorm(x, 'stem.norm'));
  for (let stage = 0; stage < STAGES; stage++) {
    if (stage > 0) {
      x = build.cell([x], reduction(build, x, `reduction.${stage - 1}`));
    }
    for (let i = 0; i < cellsPerStage; i++) {
      x = build.cell([x], cellBlock(build, x, `cell.${stage * cellsPerStage + i}`, cell, variant));
    }
  }
  x = build.container(build.relu(build.batchNorm(x, 'head.norm')));
  return build.build(build.linear(build.globalAveragePool(x), 'head.linear', { out: classes }));
}

/** Every node is the sum of its incoming edges; the last one is the cell's output. */
function cellBlock(
  build: NetworkBuilder,
  input: Value,
  path: string,
  cell: NasBench201Cell,
  variant: NetworkOptions['variant'],
): Value {
  const nodes = [input];
  for (let target = 1; target < NODES; target++) {
    const [first, ...others] = incomingEdges(target).map((edge) => {
      const { source } = EDGES[edge];
      return candidate(build, nodes[source], `${path}.edge.${source}-${target}.${cell[edge]}`, cell[edge], variant);
    });
    nodes.push(build.add(first, ...others));
  }
  return nodes[NODES - 1];
}

function candidate(
  build: NetworkBuilder,
  x: Value,
  path: string,
  operation: Operation,
  variant: NetworkOptions['variant'],
): Value {
  const convolution = (kernel: number) => {
    const window = { kernel, padding: (kernel - 1) / 2, out: build.channels(x), bias: variant === 'published' };
    const y = build.conv(build.relu(x), path, window);
    return build.container(build.batchNorm(y, `${path}.norm`, { affine: variant === 'trained' }), 2);
  };
  switch (operation) {
    case 'none':
      return build.zero(x);
    case 'skip_connect':
      // The identity is a module.
      return build.container(x);
    case 'nor_conv_1x1':
      return convolution(1);
    case 'nor_conv_3x3':
      return convolution(3);
    case 'avg_pool_3x3':
      return build.container(build.avgPool(x, { kernel: 3, padding: 1 }));
  }
}

/** Residual block of stride 2 that doubles the channels; average pooling and conv1x1 in its shortcut. */
function reduction(build: NetworkBuilder, x: Value, path: string): Value {
  const out = 2 * build.channels(x);
  let y = build.conv(build.relu(x), `${path}.conv.0`, { out, kernel: 3, stride: 2, padding: 1 });
  y = build.container(build.batchNorm(y, `${path}.norm.0`), 2);
  y = build.conv(build.relu(y), `${path}.conv.1`, { out, kernel: 3, padding: 1 });
  y = build.container(build.batchNorm(y, `${path}.norm.1`), 2);
  const shortcut = build.conv(build.avgPool(x, { kernel: 2, stride: 2 }), `${path}.shortcut`, { out, kernel: 1 });
  return build.add(build.container(shortcut), y);
}

function check({ imageShape, classes, channels = 16, cellsPerStage = 5 }: NetworkOptions): void {
  for (const [option, value] of Object.entries({ classes, channels, cellsPerStage, 'imageShape[0]': imageShape[0] })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new NetworkOptionError(option, value, 'it must be a positive integer');
    }
  }
  for (const axis of [1, 2]) {
    const size = imageShape[axis];
    if (!Number.isInteger(size) || size < HALVINGS || size % HALVINGS !== 0) {
      throw new NetworkOptionError(
        `imageShape[${axis}]`,
        size,
        `${NAME} halves height and width ${STAGES - 1} times, so each must be a positive multiple of ${HALVINGS}`,
      );
    }
  }
}
