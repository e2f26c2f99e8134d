import { NetworkBuilder, type Network } from '@gradsign/network';
import type { Value } from '@gradsign/onnx';
import { NetworkOptionError } from '../errors';
import type { NetworkOptions } from '../search-space';
import { NAME, type NatsBenchSizes } from './architecture';

/** Both reductions halve height and width; a size that does not halve would split their two branches. */
const HALVINGS = 4;

/**
 * The benchmark's network: stem conv3x3-BN; cell, reduction, cell, reduction, cell; BN-ReLU-mean over space-linear.
 * The stem has the channels of the first layer. The cell is the best of NAS-Bench-201 on CIFAR-100,
 * `|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|`, with affine BN;
 * where its channels change, the skip is a conv1x1-BN. Containers are
 * those of NAS-Bench-201. Every variant is this network. Dong, Liu, Musial and Gabrys
 * 2021.
 */
export function sizesNetwork(sizes: NatsBenchSizes, options: NetworkOptions): Network {
  check(options);
  const { imageShape, classes } = options;
  const build = new NetworkBuilder({ name: NAME, imageShape, classes });
  let x = build.conv(build.images, 'stem.conv', { out: sizes[0], kernel: 3, padding: 1 });
  x = build.container(build.batchNorm(x, 'stem.norm'));
  sizes.forEach((out, layer) => {
    const block = layer % 2 === 0 ? cell : reduction;
    x = build.cell([x], block(build, x, `layer.${layer}`, out));
  });
  x = build.container(build.relu(build.batchNorm(x, 'head.norm')));
  return build.build(build.linear(build.globalAveragePool(x), 'head.linear', { out: classes }));
}

/** Nodes 0 to 3, each the sum of its incoming edges: all are convolutions but 0→3. */
function cell(build: NetworkBuilder, node0: Value, path: string, out: number): Value {
  const edge = (x: Value, name: string) => reluConvNorm(build, x, `${path}.edge.${name}.nor_conv_3x3`, out);
  const node1 = edge(node0, '0-1');
  const node2 = build.add(edge(node0, '0-2'), edge(node1, '1-2'));
  const skip = skipConnect(build, node0, `${path}.edge.0-3.skip_connect`, out);
  return build.add(skip, edge(node1, '1-3'), edge(node2, '2-3'));
}

/** The identity where the channels stay, otherwise conv1x1-BN without a ReLU before it. */
function skipConnect(build: NetworkBuilder, x: Value, path: string, out: number): Value {
  if (build.channels(x) === out) return build.container(x);
  return build.container(build.batchNorm(build.conv(x, path, { out, kernel: 1 }), `${path}.norm`));
}

/** Residual block of stride 2; average pooling and conv1x1 in its shortcut. */
function reduction(build: NetworkBuilder, x: Value, path: string, out: number): Value {
  const half = reluConvNorm(build, x, `${path}.conv.0`, out, 2);
  const y = reluConvNorm(build, half, `${path}.conv.1`, out);
  const shortcut = build.conv(build.avgPool(x, { kernel: 2, stride: 2 }), `${path}.shortcut`, { out, kernel: 1 });
  return build.add(build.container(shortcut), y);
}

function reluConvNorm(build: NetworkBuilder, x: Value, path: string, out: number, stride = 1): Value {
  const y = build.conv(build.relu(x), path, { out, kernel: 3, stride, padding: 1 });
  return build.container(build.batchNorm(y, `${path}.norm`), 2);
}

function check({ imageShape, classes, channels, cellsPerStage }: NetworkOptions): void {
  for (const [option, value] of Object.entries({ classes, 'imageShape[0]': imageShape[0] })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new NetworkOptionError(option, value, 'it must be a positive integer');
    }
  }
  for (const [option, value] of Object.entries({ channels, cellsPerStage })) {
    if (value !== undefined) {
      throw new NetworkOptionError(option, value, `it must be absent: the architecture fixes the sizes of ${NAME}`);
    }
  }
  for (const axis of [1, 2]) {
    const size = imageShape[axis];
    if (!Number.isInteger(size) || size < HALVINGS || size % HALVINGS !== 0) {
      throw new NetworkOptionError(
        `imageShape[${axis}]`,
        size,
        `${NAME} halves height and width 2 times, so each must be a positive multiple of ${HALVINGS}`,
      );
    }
  }
}
