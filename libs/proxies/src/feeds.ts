import { IMAGES, type Network } from '@gradsign/network';
import { tensor, type Tensor } from '@gradsign/onnx';
import { ONE_HOT_LABELS } from './pass';
import type { LabelledBatch } from './proxy';

/** What a pass over images [start, start + count) of a batch is fed: the images and their one-hot labels. */
export function batchFeeds(
  { imageShape, classes }: Pick<Network, 'imageShape' | 'classes'>,
  batch: LabelledBatch,
  start: number,
  count: number,
): Record<string, Tensor<'float32'>> {
  const size = imageShape.reduce((a, b) => a * b, 1);
  const oneHot = new Float32Array(count * classes);
  for (let i = 0; i < count; i++) oneHot[i * classes + batch.labels[start + i]] = 1;
  const images = batch.images.subarray(start * size, (start + count) * size);
  return {
    [IMAGES]: tensor('float32', [count, ...imageShape], images),
    [ONE_HOT_LABELS]: tensor('float32', [count, classes], oneHot),
  };
}
