/** Channels, height and width of an image. */
export type ImageShape = readonly [number, number, number];

/**
 * The shape of images that are scaled down to a height by averaging squares of whole pixels; undefined where height
 * or width would not come out whole.
 */
export function scaledShape([channels, height, width]: ImageShape, to: number): ImageShape | undefined {
  const factor = height / to;
  if (!(factor >= 1) || !Number.isInteger(factor) || width % factor !== 0) return undefined;
  return [channels, to, width / factor];
}
