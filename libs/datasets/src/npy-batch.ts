import { batchOf, DatasetError, type Batch, type BatchInfo } from '@gradsign/dataset';
import type { Tensor } from '@gradsign/onnx';
import { readNpy } from './npy';

/**
 * A batch from two .npy files.
 * @param inputs images [N, C, H, W], float32, already normalised
 * @param labels [N], int64 or uint8
 * @param info the data set whose image shape and classes the batch has
 * @throws DatasetError (or NpyError, which is one) naming `inputs` or `labels`, the value and the rule.
 */
export function batchFromNpy(inputs: Uint8Array, labels: Uint8Array, info: BatchInfo): Batch {
  const images = readImages(inputs);
  const [channels, height, width] = info.imageShape;
  if (images.shape.slice(1).join() !== info.imageShape.join()) {
    throw new DatasetError(
      'inputs.shape',
      images.shape,
      `images of ${info.name} have shape [N,${channels},${height},${width}]`,
    );
  }
  return batchOf(info, images.data, readLabels(labels, images.shape[0]));
}

/** Images [N, C, H, W] from a .npy file. @throws DatasetError for another type or rank. */
export function readImages(bytes: Uint8Array): Tensor<'float32'> {
  const array = readNpy(bytes, 'inputs');
  if (!is(array, 'float32')) {
    throw new DatasetError('inputs.dtype', array.dtype, 'images are float32: convert them with astype(numpy.float32)');
  }
  if (array.shape.length !== 4 || array.shape.includes(0)) {
    throw new DatasetError('inputs.shape', array.shape, 'images have shape [N,C,H,W] with at least one of each');
  }
  return array;
}

/** Labels [N] from a .npy file. @throws DatasetError for another type or shape. */
export function readLabels(bytes: Uint8Array, count: number): ArrayLike<number | bigint> {
  const array = readNpy(bytes, 'labels');
  if (!is(array, 'int64') && !is(array, 'uint8')) {
    throw new DatasetError('labels.dtype', array.dtype, 'labels are int64 or uint8');
  }
  if (array.shape.length !== 1 || array.shape[0] !== count) {
    throw new DatasetError('labels.shape', array.shape, `${count} images need labels of shape [${count}]`);
  }
  return array.data;
}

function is<T extends Tensor['dtype']>(array: Tensor, dtype: T): array is Tensor<T> {
  return array.dtype === dtype;
}
