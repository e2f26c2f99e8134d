import type { ImageFacts, PixelFormat } from './image-file';
import type { ImageFolder } from './image-folder';

/** Networks halve images two or three times. */
const STEP = 8;
/** Larger images take long to train on with processors; who wants them says so. */
const LARGEST = 64;

/**
 * What the images of a folder are brought to. Where it does not say: squares of the median of the images' shorter
 * sides, as a multiple of 8 from 8 to 64; one channel where every image is grey, else three.
 */
export function imageShapeOf({ imageSize, channels }: ImageFolder, images: readonly ImageFacts[]): PixelFormat {
  const sides = images.map(({ height, width }) => Math.min(height, width)).sort((a, b) => a - b);
  const median = sides[Math.floor((sides.length - 1) / 2)];
  const side = Math.min(LARGEST, Math.max(STEP, STEP * Math.round(median / STEP)));
  const [height, width] = imageSize ?? [side, side];
  return { height, width, channels: channels ?? (images.every(({ grey }) => grey) ? 1 : 3) };
}

/** The sentence of `decodeImage` for who feeds a trained network. */
export function preparationOf({ channels, height, width }: PixelFormat): string {
  const grey = channels === 1 ? ', grey as 0.299 R + 0.587 G + 0.114 B' : '';
  return (
    `EXIF orientation applied, transparency on black, scaled (Lanczos) to cover a width of ${width} and a height of ` +
    `${height}, cropped in the middle${grey}`
  );
}
