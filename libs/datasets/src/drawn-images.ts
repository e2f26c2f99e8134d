import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stream } from '@gradsign/random';
import sharp from 'sharp';

/** Figures that a network learns to tell apart within seconds: each has a colour and a shape of its own. */
export const FIGURES = ['disc', 'frame', 'stripes'] as const;
export type Figure = (typeof FIGURES)[number];

const COLOURS: Readonly<Record<Figure, readonly [number, number, number]>> = {
  disc: [210, 60, 60],
  frame: [60, 200, 70],
  stripes: [70, 80, 220],
};

function isInside(figure: Figure, x: number, y: number): boolean {
  switch (figure) {
    case 'disc':
      return x * x + y * y < 0.5;
    case 'frame':
      return Math.max(Math.abs(x), Math.abs(y)) < 0.8 && Math.max(Math.abs(x), Math.abs(y)) > 0.5;
    case 'stripes':
      return Math.floor((y + 1) * 4) % 2 === 0;
  }
}

/** RGB bytes [height, width, 3] of a figure on a dark ground, with noise; `index` draws its place and the noise. */
export function drawFigure(figure: Figure, index: number, width: number, height: number): Buffer {
  const stream = Stream.of(7, figure, index);
  const [left, top] = [(stream.uniform(0) - 0.5) / 2, (stream.uniform(1) - 0.5) / 2];
  const noise = new Float32Array(width * height * 3);
  stream.child('noise').fillNormal(noise, 0, 15);
  const bytes = Buffer.alloc(noise.length);
  for (let i = 0; i < noise.length; i++) {
    const pixel = Math.floor(i / 3);
    const x = (2 * (pixel % width)) / width - 1 - left;
    const y = (2 * Math.floor(pixel / width)) / height - 1 - top;
    const value = (isInside(figure, x, y) ? COLOURS[figure][i % 3] : 35) + noise[i];
    bytes[i] = Math.min(255, Math.max(0, Math.round(value)));
  }
  return bytes;
}

/** A figure as the bytes of an image file. */
export function figureFile(
  figure: Figure,
  index: number,
  { width = 32, height = 32, format = 'png' }: { width?: number; height?: number; format?: 'png' | 'jpeg' } = {},
): Promise<Buffer> {
  const image = sharp(drawFigure(figure, index, width, height), { raw: { width, height, channels: 3 } });
  return image.toFormat(format, format === 'jpeg' ? { quality: 92 } : {}).toBuffer();
}

/** Writes files into a folder; the names may have folders in them. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

/** Writes a folder with a class for each figure: `count` images each, PNG and JPEG in turn, of different sizes. */
export async function writeFigures(folder: string, count: number, first = 0): Promise<void> {
  for (const figure of FIGURES) {
    for (let i = first; i < first + count; i++) {
      const format = i % 2 === 0 ? 'png' : 'jpeg';
      const bytes = await figureFile(figure, i, { width: 32 + (i % 3) * 8, height: 32 + (i % 4) * 4, format });
      writeFiles(folder, { [`${figure}/${i}.${format}`]: bytes });
    }
  }
}
