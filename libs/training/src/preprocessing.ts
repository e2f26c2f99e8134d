import type { DatasetInfo } from '@gradsign/dataset';

/**
 * Largest value of a pixel as a model's user has it. Images that come normalised, with mean 0 and deviation 1 for
 * every channel (arrays, noise), are fed as they are, and their range is not known: 1 stands for it in products.
 */
export function pixelScale({ normalization: { mean, std } }: Pick<DatasetInfo, 'normalization'>): 255 | 1 {
  return mean.every((value) => value === 0) && std.every((value) => value === 1) ? 1 : 255;
}

/** What a model's user has to know of its input, as its file says it. */
export interface InputFacts {
  /** Its name, element type and the meaning of its axes. */
  readonly name: string;
  readonly type: 'float32';
  readonly layout: 'NCHW';
  /** The order of the channels; absent where the images are arrays of one's own. */
  readonly channels?: 'RGB' | 'grey';
  readonly height: number;
  readonly width: number;
  /** Of the values; absent where the images are arrays of one's own, which are fed as they are in the data set. */
  readonly range?: readonly [0, 255];
  /** How an image becomes such an input. */
  readonly preparation?: string;
}

/** The facts of a model that takes images as the data set has them. */
export function inputFacts(name: string, info: DatasetInfo): InputFacts {
  const [channels, height, width] = info.imageShape;
  const common = { name, type: 'float32', layout: 'NCHW', height, width } as const;
  if (pixelScale(info) === 1) return common;
  return {
    ...common,
    channels: channels === 1 ? 'grey' : 'RGB',
    range: [0, 255],
    preparation: info.preparation,
  };
}
