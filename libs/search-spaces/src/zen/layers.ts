import type { ConvOptions, NetworkBuilder } from '@gradsign/network';
import type { Value } from '@gradsign/onnx';
import { roundChannels, typeOf, type ZenBlock } from './architecture';

/** Epsilon of every normalisation. */
const EPSILON = 1e-3;

/** All layers of a block; the first one has its stride. Weights' paths are `<path>.layer.<n>.…`. */
export function blockLayers(build: NetworkBuilder, x: Value, path: string, block: ZenBlock): Value {
  let y = x;
  for (let i = 0; i < block.layers; i++) {
    y = layer(build, y, `${path}.layer.${i}`, { ...block, stride: i === 0 ? block.stride : 1 }, i === 0);
  }
  return y;
}

function layer(build: NetworkBuilder, x: Value, path: string, block: ZenBlock, first: boolean): Value {
  const { family, kernel, enclosed, expansion = 1 } = typeOf(block);
  const { channels, stride, bottleneck = channels } = block;
  const window = { kernel, padding: (kernel - 1) / 2 };
  const pointwise = (out: number) => ({ out, kernel: 1 });
  if (family === 'conv') {
    return build.relu(convNorm(build, x, path, { ...window, out: channels, stride }));
  }
  if (family === 'inverted') {
    const chain = (inner: number, out: number, s: number) => [
      pointwise(inner),
      { ...window, out: inner, groups: inner, stride: s },
      pointwise(out),
    ];
    const narrow = chain(roundChannels(bottleneck * expansion), bottleneck, stride);
    const wide = chain(roundChannels(channels * expansion), channels, 1);
    return residual(build, residual(build, x, `${path}.unit.0`, narrow, first), `${path}.unit.1`, wide);
  }
  if (enclosed) {
    const chain = (s: number) => [
      pointwise(bottleneck),
      { ...window, out: bottleneck, stride: s },
      pointwise(channels),
    ];
    return residual(build, residual(build, x, `${path}.unit.0`, chain(stride), first), `${path}.unit.1`, chain(1));
  }
  const pair = [
    { ...window, out: bottleneck, stride },
    { ...window, out: channels },
  ];
  return residual(build, x, `${path}.unit.0`, pair, first);
}

/**
 * Convolutions with BN, ReLU between them, plus the shortcut, ReLU. The shortcut is a conv1x1 with bias and BN where
 * `project` says so or the shape changes.
 */
function residual(
  build: NetworkBuilder,
  x: Value,
  path: string,
  chain: readonly ConvOptions[],
  project = false,
): Value {
  const y = chain.reduce(
    (input, conv, i) => convNorm(build, i === 0 ? input : build.relu(input), `${path}.conv.${i}`, conv),
    x,
  );
  const same = x.shape.join() === y.shape.join();
  const stride = chain.find((conv) => conv.stride !== undefined)?.stride ?? 1;
  const shortcut = { out: build.channels(y), kernel: 1, stride, bias: true };
  return build.relu(build.add(y, project || !same ? convNorm(build, x, `${path}.shortcut`, shortcut) : x));
}

function convNorm(build: NetworkBuilder, x: Value, path: string, conv: ConvOptions): Value {
  return build.batchNorm(build.conv(x, path, conv), `${path}.norm`, { epsilon: EPSILON });
}
