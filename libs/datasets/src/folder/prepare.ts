import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { DatasetError, type DatasetSplit, type Normalization } from '@gradsign/dataset';
import { ChannelStatistics } from './channel-statistics';
import { Decoders } from './decoders';
import type { ImageFacts, PixelFormat } from './image-file';
import { checkImageFolder, MAX_PIXEL_BYTES, type ImageFolder } from './image-folder';
import { imageShapeOf, preparationOf } from './image-shape';
import { readLayout, type ImageFile, type Layout } from './layout';
import { PixelFile, type PixelFileFacts } from './pixel-file';
import { PixelFileWriter } from './pixel-file-writer';
import { Problems } from './problems';
import { splitImages } from './split';

/**
 * Version of what makes pixels of images: the rules of decoding, scaling and dividing, and the library that does it.
 * Whoever changes them raises it.
 */
const RULES_VERSION = 1;

export interface PrepareOptions {
  /** Absolute path of the folder that decoded images are kept in. */
  readonly cacheDir: string;
  /** Processes that decode images. Default: one for each core. */
  readonly workers?: number;
  /** Hears of steps done and of all, two for each image; not where the images are there already. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** An image file with its facts. */
type KnownImage = ImageFile & ImageFacts;

/**
 * Brings a folder of images into the form that data sets read: one file of pixels in the cache, whose path is returned.
 * Where it is there already, made of the same files, nothing is decoded. The cache may be deleted at any time.
 * @throws DatasetError naming the folder and the first files that are not images which can be used, or what else of
 * `readLayout`'s rules the folder breaks.
 */
export async function prepareImageFolder(folder: ImageFolder, options: PrepareOptions): Promise<string> {
  const { cacheDir } = options;
  if (!isAbsolute(cacheDir)) throw new RangeError(`cacheDir is "${cacheDir}": it must be an absolute path`);
  checkImageFolder(folder);
  const layout = await readLayout(resolve(folder.path));
  const { imageSize, channels } = folder;
  const key = hash([RULES_VERSION, layout.root, imageSize, channels]);
  const file = join(cacheDir, `${key.slice(0, 32)}.pixels`);
  const source = hash([key, layout.files.map(({ path, stamp }) => `${path} ${stamp}`).sort()]);
  if (sourceOf(file) !== source) await decodeFolder(folder, layout, { ...options, file, source });
  return file;
}

function hash(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function sourceOf(file: string): string | undefined {
  try {
    return new PixelFile(file).header.source;
  } catch (error) {
    // One that is not there, or damaged, is made.
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}

interface Target extends PrepareOptions {
  readonly file: string;
  readonly source: string;
}

async function decodeFolder(folder: ImageFolder, layout: Layout, target: Target): Promise<void> {
  const { root, files, classNames } = layout;
  const problems = new Problems(folder.path);
  const size = target.workers ?? availableParallelism();
  const decoders = new Decoders({ root, size, files: files.length, problems });
  let done = 0;
  const progress = (steps: number) => target.onProgress?.((done += steps), 2 * files.length);
  try {
    const images: KnownImage[] = [];
    await decoders.inspect(files, (some) => {
      images.push(...some);
      progress(some.length);
    });
    problems.throwIfAny();
    const format = imageShapeOf(folder, images);
    checkBytes(folder, images.length, format);
    const splits = splitImages(images, classNames, problems);
    problems.throwIfAny();
    const writer = await PixelFileWriter.create(target.file, format.channels * format.height * format.width);
    try {
      const normalization = await writePixels(splits, format, { decoders, writer, progress });
      problems.throwIfAny();
      checkNormalization(folder, normalization);
      const { train, validation, test } = splits;
      const facts: PixelFileFacts = {
        source: target.source,
        imageShape: [format.channels, format.height, format.width],
        classNames,
        counts: { train: train.length, validation: validation.length, test: test.length },
        normalization,
        preparation: preparationOf(format),
      };
      await writer.finish(
        facts,
        Uint16Array.from(inOrder(splits), ({ label }) => label),
      );
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  } finally {
    await decoders.close();
  }
}

type Splits = Readonly<Record<DatasetSplit, readonly KnownImage[]>>;

/** The images in the order of the file. */
const inOrder = ({ train, validation, test }: Splits): KnownImage[] => [...train, ...validation, ...test];

interface Tools {
  readonly decoders: Decoders;
  readonly writer: PixelFileWriter;
  readonly progress: (steps: number) => void;
}

/** Writes all pixels; returns mean and deviation of those of the training images. */
async function writePixels(splits: Splits, format: PixelFormat, { decoders, writer, progress }: Tools) {
  const statistics = new ChannelStatistics(format.channels, format.height * format.width);
  await decoders.decode(inOrder(splits), format, async (first, pixels) => {
    pixels.slice(0, Math.max(0, splits.train.length - first)).forEach((image) => statistics.add(image));
    await writer.write(first, pixels);
    progress(pixels.length);
  });
  return statistics.normalization();
}

function checkNormalization({ path }: ImageFolder, { std }: Normalization): void {
  if (!std.includes(0)) return;
  const rule = 'all pixels of the training images have the same value in a channel: there is nothing to learn';
  throw new DatasetError('folder', path, rule);
}

function checkBytes({ path }: ImageFolder, count: number, { channels, height, width }: PixelFormat): void {
  const bytes = count * channels * height * width;
  if (bytes <= MAX_PIXEL_BYTES) return;
  const gib = (n: number) => `${Math.ceil(n / 2 ** 30)} GiB`;
  const rule = `${count} images of ${height}×${width} need ${gib(bytes)}; at most ${gib(MAX_PIXEL_BYTES)} are kept`;
  throw new DatasetError('folder', path, rule);
}
