import type { NetworkBuilder } from '@gradsign/network';
import type { Value } from '@gradsign/onnx';
import { factorizedReduction, reluConvNorm } from './layers';

/** Operations on [N, C, H, W] → [N, C, ⌈H/stride⌉, ⌈W/stride⌉]; weights are named from `path` on. */
type Build = (build: NetworkBuilder, x: Value, path: string, stride: number) => Value;

const avgPool =
  (kernel: number): Build =>
  (build, x, _, stride) =>
    build.avgPool(x, { kernel, stride, padding: half(kernel) });

const maxPool =
  (kernel: number): Build =>
  (build, x, _, stride) =>
    build.maxPool(x, { kernel, stride, padding: half(kernel) });

const conv =
  (kernel: number): Build =>
  (build, x, path, stride) =>
    reluConvNorm(build, x, path, { out: build.channels(x), kernel, stride, padding: half(kernel) });

/** ReLU-depthwise-pointwise-BN. */
const depthwise =
  (kernel: number, dilation: number): Build =>
  (build, x, path, stride) => {
    const out = build.channels(x);
    const window = { out, kernel, stride, dilation, padding: dilation * half(kernel), groups: out };
    const y = build.conv(build.relu(x), `${path}.depthwise`, window);
    return build.batchNorm(build.conv(y, `${path}.pointwise`, { out, kernel: 1 }), `${path}.norm`);
  };

/** Two depthwise blocks, the first with the stride. */
const twice =
  (block: Build): Build =>
  (build, x, path, stride) =>
    block(build, block(build, x, `${path}.0`, stride), `${path}.1`, 1);

/** ReLU-(1×k)-(k×1)-BN, each strided along its own axis. */
const spatiallySeparable =
  (kernel: number): Build =>
  (build, x, path, stride) => {
    const [out, padding] = [build.channels(x), half(kernel)];
    const row = { out, kernel: [1, kernel], stride: [1, stride], padding: [0, padding] } as const;
    const column = { out, kernel: [kernel, 1], stride: [stride, 1], padding: [padding, 0] } as const;
    const y = build.conv(build.conv(build.relu(x), `${path}.row`, row), `${path}.column`, column);
    return build.batchNorm(y, `${path}.norm`);
  };

const skip: Build = (build, x, path, stride) =>
  stride === 1 ? x : factorizedReduction(build, x, path, build.channels(x));

const none: Build = (build, x, _, stride) => build.zero(stride === 1 ? x : build.subsample(x, stride));

/** All operations of the five spaces, with affine BN, and without biases. Average pools do not count the padding. */
export const operations = {
  none,
  skip_connect: skip,
  avg_pool_3x3: avgPool(3),
  max_pool_3x3: maxPool(3),
  max_pool_5x5: maxPool(5),
  max_pool_7x7: maxPool(7),
  conv_1x1: conv(1),
  conv_3x3: conv(3),
  conv_3x1_1x3: spatiallySeparable(3),
  conv_7x1_1x7: spatiallySeparable(7),
  sep_conv_3x3: twice(depthwise(3, 1)),
  sep_conv_5x5: twice(depthwise(5, 1)),
  sep_conv_7x7: twice(depthwise(7, 1)),
  dil_conv_3x3: depthwise(3, 2),
  dil_conv_5x5: depthwise(5, 2),
  dil_sep_conv_3x3: twice(depthwise(3, 2)),
} satisfies Readonly<Record<string, Build>>;

export type Operation = keyof typeof operations;

/** The padding that keeps the size under an odd kernel. */
function half(kernel: number): number {
  return (kernel - 1) / 2;
}
