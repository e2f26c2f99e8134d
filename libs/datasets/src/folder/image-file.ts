import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import sharp from 'sharp';
import { MAX_FILE_BYTES, MAX_FILE_PIXELS } from './image-folder';

/** Thrown when a file is not an image that can be used; the message is the end of a sentence that begins with its name. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** What a file's header says. */
export interface ImageFacts {
  /** Of the file's bytes. */
  readonly sha256: string;
  /** As the image is meant to be seen: turned as its EXIF data says. */
  readonly height: number;
  readonly width: number;
  readonly grey: boolean;
}

/** What every image is brought to. */
export interface PixelFormat {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

const SIGNATURES = { PNG: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], JPEG: [0xff, 0xd8, 0xff] } as const;
/** For files that are made to decode for ever. */
const DECODE_SECONDS = 120;
const OPTIONS: sharp.SharpOptions = {
  // Damage that a decoder can only guess around is an error; harmless oddities of cameras are not.
  failOn: 'error',
  limitInputPixels: MAX_FILE_PIXELS,
  sequentialRead: true,
  autoOrient: true,
  // As deep learning's other readers have it: values are taken as they are stored.
  ignoreIcc: true,
};

/**
 * The bytes of a regular file.
 * @throws ImageError for what cannot be read, or is something else since it was listed.
 */
export async function readImageFile(path: string): Promise<Buffer> {
  try {
    // Neither a link nor a pipe that somebody has put there meanwhile is followed or waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new ImageError('is not a file');
      if (stats.size > MAX_FILE_BYTES) {
        throw new ImageError(`has ${stats.size} bytes; an image has at most ${MAX_FILE_BYTES}`);
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(`cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

/** Lower-case hex SHA-256. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Reads an image's header.
 * @throws ImageError unless it is a PNG or JPEG image of at most `MAX_FILE_PIXELS` pixels.
 */
export async function inspectImage(bytes: Uint8Array): Promise<ImageFacts> {
  const kind = kindOf(bytes);
  const header = await attempt(kind, () => sharp(bytes, { ...OPTIONS, limitInputPixels: false }).metadata());
  const { height, width } = header.autoOrient;
  if (height * width > MAX_FILE_PIXELS) {
    throw new ImageError(`has ${width}×${height} pixels; an image has at most ${MAX_FILE_PIXELS}`);
  }
  return { sha256: sha256(bytes), height, width, grey: header.space === 'b-w' || header.space === 'grey16' };
}

/**
 * An image as C·H·W bytes: turned as its EXIF data says, transparency laid on black, 16 bits cut to 8, scaled so that
 * it covers height and width, and cropped in the middle. Grey images in 3 channels have all of them alike; colours in
 * one become 0.299 R + 0.587 G + 0.114 B.
 * @throws ImageError for a file that is damaged or cut.
 */
export async function decodeImage(bytes: Uint8Array, { channels, height, width }: PixelFormat): Promise<Uint8Array> {
  const { data, info } = await attempt(kindOf(bytes), () =>
    sharp(bytes, OPTIONS)
      .toColourspace('srgb')
      .flatten({ background: '#000000' })
      .resize({ width, height, fit: 'cover', position: 'centre', kernel: 'lanczos3', fastShrinkOnLoad: false })
      .timeout({ seconds: DECODE_SECONDS })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  const size = height * width;
  if (info.channels !== 3 || data.length !== 3 * size) {
    throw new Error(`the decoder gave ${info.channels} channels and ${data.length} bytes`);
  }
  const planes = new Uint8Array(channels * size);
  for (let i = 0; i < size; i++) {
    const [red, green, blue] = [data[3 * i], data[3 * i + 1], data[3 * i + 2]];
    if (channels === 1) {
      planes[i] = Math.round((299 * red + 587 * green + 114 * blue) / 1000);
    } else {
      planes[i] = red;
      planes[size + i] = green;
      planes[2 * size + i] = blue;
    }
  }
  return planes;
}

function kindOf(bytes: Uint8Array): string {
  for (const [kind, signature] of Object.entries(SIGNATURES)) {
    if (signature.every((byte, i) => bytes[i] === byte)) return kind;
  }
  if (bytes.length === 0) throw new ImageError('is empty');
  const start = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  throw new ImageError(`is neither a PNG nor a JPEG image; it begins with the bytes ${start}`);
}

async function attempt<T>(kind: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The library repeats itself over several lines.
    const [line] = (error as Error).message.split('\n');
    throw new ImageError(`is not a whole ${kind} image (${line.slice(0, 120)})`, { cause: error });
  }
}
