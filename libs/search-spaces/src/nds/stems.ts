import type { NetworkBuilder } from '@gradsign/network';
import type { Value } from '@gradsign/onnx';

/** Height and width from which on images are taken as ImageNet's. */
const IMAGENET_SIDE = 128;

/** Whether the published network for these images is the one for ImageNet, not that for CIFAR. */
export function usesImagenetStem([, height, width]: readonly [number, number, number]): boolean {
  return Math.min(height, width) >= IMAGENET_SIDE;
}

/** conv3x3-BN with three times the width; the first cell reads it twice. */
export function cifarStem(build: NetworkBuilder, width: number) {
  const conv = build.conv(build.images, 'stem.conv', { out: 3 * width, kernel: 3, padding: 1 });
  const x = build.batchNorm(conv, 'stem.norm');
  return { older: x, newer: x, reduced: false };
}

/** Three conv3x3 of stride 2: the first cell reads the images at a quarter and at an eighth of their size. */
export function imagenetStem(build: NetworkBuilder, width: number) {
  const half = (x: Value, i: number, out: number) =>
    build.batchNorm(build.conv(x, `stem.conv.${i}`, { out, kernel: 3, stride: 2, padding: 1 }), `stem.norm.${i}`);
  const older = half(build.relu(half(build.images, 0, width / 2)), 1, width);
  return { older, newer: half(build.relu(older), 2, width), reduced: true };
}
