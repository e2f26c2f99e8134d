import { DatasetError } from '@gradsign/dataset';

/** A folder of images by class, `folder:<name>`: one entry of a registry. */
export interface ImageFolder {
  readonly path: string;
  /** Height and width that every image is brought to, 4 to 1024 each. Default: see `imageShapeOf`. */
  readonly imageSize?: readonly [height: number, width: number];
  /** 1 (grey) or 3 (RGB). Default: 1 where every image is grey, else 3. */
  readonly channels?: 1 | 3;
}

/** Smallest and largest height and width of images in a data set. */
export const IMAGE_EXTENTS = { min: 4, max: 1024 } as const;
/** Most pixels of an image file: what is decoded has to fit into memory, however small the file is. */
export const MAX_FILE_PIXELS = 2 ** 26;
/** Largest image file. */
export const MAX_FILE_BYTES = 2 ** 27;
/** Most images of a folder. */
export const MAX_IMAGES = 2 ** 20;
/** Most bytes of all images once they are brought to one size. */
export const MAX_PIXEL_BYTES = 2 ** 34;
/** Labels are kept in 16 bits. */
export const MAX_CLASSES = 2 ** 16;

/** @throws DatasetError for an image size or a number of channels that no data set has. */
export function checkImageFolder({ imageSize, channels }: ImageFolder): void {
  const { min, max } = IMAGE_EXTENTS;
  for (const extent of imageSize ?? []) {
    if (!Number.isInteger(extent) || extent < min || extent > max) {
      throw new DatasetError('imageSize', imageSize, `height and width are whole numbers from ${min} to ${max}`);
    }
  }
  if (channels !== undefined && channels !== 1 && channels !== 3) {
    throw new DatasetError('channels', channels, 'images have 1 channel (grey) or 3 (RGB)');
  }
}
