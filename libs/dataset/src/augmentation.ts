import type { Stream } from '@gradsign/random';
import type { DatasetInfo } from './dataset';

/** `crop-flip`: black padding by 4, a crop of the original size at random, and a horizontal flip of every second image. */
export type Augmentation = 'none' | 'crop-flip';

export const AUGMENTATIONS: readonly Augmentation[] = ['none', 'crop-flip'];

/** Pixels of padding on each side before the crop. */
export const CROP_PADDING = 4;

/** One draw of `crop-flip`. */
export interface CropFlip {
  /** Row and column, in the padded image, of the crop's corner: 0…8; 4 leaves the image where it is. */
  readonly top: number;
  readonly left: number;
  readonly flip: boolean;
}

export function drawCropFlip(stream: Stream): CropFlip {
  const offsets = 2 * CROP_PADDING + 1;
  return {
    top: Math.floor(stream.uniform(0) * offsets),
    left: Math.floor(stream.uniform(1) * offsets),
    flip: stream.uniform(2) < 0.5,
  };
}

/**
 * Changes one normalised image [C, H, W] in place. The padding is a black pixel, normalised like any other, because
 * images are augmented before they are normalised where this augmentation comes from.
 */
export function cropFlip(
  image: Float32Array,
  { imageShape: [channels, height, width], normalization }: Pick<DatasetInfo, 'imageShape' | 'normalization'>,
  { top, left, flip }: CropFlip,
): void {
  const source = image.slice();
  for (let c = 0; c < channels; c++) {
    const black = -normalization.mean[c] / normalization.std[c];
    for (let y = 0; y < height; y++) {
      const sourceY = y + top - CROP_PADDING;
      const inRows = sourceY >= 0 && sourceY < height;
      for (let x = 0; x < width; x++) {
        const sourceX = (flip ? width - 1 - x : x) + left - CROP_PADDING;
        const inside = inRows && sourceX >= 0 && sourceX < width;
        image[(c * height + y) * width + x] = inside ? source[(c * height + sourceY) * width + sourceX] : black;
      }
    }
  }
}
