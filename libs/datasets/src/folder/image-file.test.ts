import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { drawFigure, figureFile } from '../drawn-images';
import { decodeImage, ImageError, inspectImage, readImageFile, sha256, type PixelFormat } from './image-file';
import { rawPng } from '../raw-png';

const RGB: PixelFormat = { channels: 3, height: 2, width: 2 };
const GREY: PixelFormat = { channels: 1, height: 2, width: 2 };

/** A file whose two rows of two pixels have these bytes. */
const png = (colourType: number, rows: readonly (readonly number[])[], bitDepth = 8, palette?: Uint8Array) =>
  rawPng({ width: 2, height: 2, colourType, bitDepth, rows: rows.map((row) => Uint8Array.from(row)), palette });

test.each<[string, Buffer, number[], number[]]>([
  [
    'grey',
    png(0, [
      [0, 50],
      [100, 255],
    ]),
    [0, 50, 100, 255],
    [0, 50, 100, 255],
  ],
  ['grey of 1 bit', png(0, [[0b01000000], [0b10000000]], 1), [0, 255, 255, 0], [0, 255, 255, 0]],
  ['grey of 4 bits', png(0, [[0x0f], [0x81]], 4), [0, 255, 136, 17], [0, 255, 136, 17]],
  [
    'grey of 16 bits, of which the upper 8 count',
    png(
      0,
      [
        [0x00, 0xff, 0x01, 0x00],
        [0x80, 0x40, 0xff, 0xff],
      ],
      16,
    ),
    [0, 1, 128, 255],
    [0, 1, 128, 255],
  ],
  [
    'grey on black by its alpha',
    png(4, [
      [200, 0, 200, 255],
      [100, 128, 100, 51],
    ]),
    [0, 200, 50, 20],
    [0, 200, 50, 20],
  ],
  [
    'RGB',
    png(2, [
      [255, 0, 0, 0, 255, 0],
      [0, 0, 255, 10, 20, 30],
    ]),
    [255, 0, 0, 10, 0, 255, 0, 20, 0, 0, 255, 30],
    // Of 0.299 R + 0.587 G + 0.114 B.
    [76, 150, 29, 18],
  ],
  [
    'RGB of 16 bits',
    png(
      2,
      [
        [255, 1, 0, 0, 0, 0, 0, 9, 255, 0, 0, 0],
        [0, 0, 0, 0, 255, 255, 10, 1, 20, 2, 30, 3],
      ],
      16,
    ),
    [255, 0, 0, 10, 0, 255, 0, 20, 0, 0, 255, 30],
    [76, 150, 29, 18],
  ],
  [
    'RGBA on black',
    png(6, [
      [255, 255, 255, 0, 200, 100, 50, 255],
      [200, 100, 50, 128, 0, 0, 255, 51],
    ]),
    [0, 200, 100, 0, 0, 100, 50, 0, 0, 50, 25, 51],
    [0, 124, 62, 6],
  ],
  [
    'a palette',
    png(
      3,
      [
        [2, 1],
        [0, 1],
      ],
      8,
      Uint8Array.of(1, 2, 3, 40, 50, 60, 255, 254, 253),
    ),
    [255, 40, 1, 40, 254, 50, 2, 50, 253, 60, 3, 60],
    [254, 48, 2, 48],
  ],
])('PNG: %s', async (_, bytes, colour, grey) => {
  expect([...(await decodeImage(bytes, RGB))]).toEqual(
    colour.length === 4 ? [...colour, ...colour, ...colour] : colour,
  );
  expect([...(await decodeImage(bytes, GREY))]).toEqual(grey);
});

test('headers tell size and whether an image is grey', async () => {
  const facts = async (bytes: Buffer) => {
    const { sha256: digest, ...rest } = await inspectImage(bytes);
    expect(digest).toBe(sha256(bytes));
    return rest;
  };
  expect(
    await facts(
      png(0, [
        [0, 50],
        [100, 255],
      ]),
    ),
  ).toEqual({ height: 2, width: 2, grey: true });
  expect(
    await facts(
      png(4, [
        [200, 0, 200, 255],
        [1, 2, 3, 4],
      ]),
    ),
  ).toMatchObject({ grey: true });
  expect(await facts(png(0, [new Array<number>(4).fill(1), new Array<number>(4).fill(1)], 16))).toMatchObject({
    grey: true,
  });
  expect(
    await facts(
      png(
        3,
        [
          [0, 0],
          [0, 0],
        ],
        8,
        Uint8Array.of(9, 9, 9),
      ),
    ),
  ).toMatchObject({ grey: false });
  const jpeg = (grey: boolean) =>
    sharp(drawFigure('disc', 1, 20, 30), { raw: { width: 20, height: 30, channels: 3 } })
      .toColourspace(grey ? 'b-w' : 'srgb')
      .jpeg()
      .toBuffer();
  expect(await facts(await jpeg(true))).toEqual({ height: 30, width: 20, grey: true });
  expect(await facts(await jpeg(false))).toEqual({ height: 30, width: 20, grey: false });
});

/** Four quarters of a colour each: red, green above blue, white. */
async function quarters(format: (image: sharp.Sharp) => sharp.Sharp, orientation = 1): Promise<Buffer> {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ];
  const bytes = Buffer.alloc(32 * 64 * 3);
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 32; x++) bytes.set(colours[2 * Math.floor(y / 32) + Math.floor(x / 16)], 3 * (y * 32 + x));
  }
  const image = sharp(bytes, { raw: { width: 32, height: 64, channels: 3 } }).withMetadata({ orientation });
  return format(image).toBuffer();
}
/** The letters of the four quarters' colours, as they are decoded. */
async function seen(bytes: Buffer): Promise<string> {
  const { height, width } = await inspectImage(bytes);
  const pixels = await decodeImage(bytes, { channels: 3, height, width });
  const letter = (x: number, y: number) => {
    const values = [0, 1, 2].map((c) => pixels[(c * height + y) * width + x]);
    const [r, g, b] = values.map((value) => value > 0.8 * Math.max(...values));
    return r && g && b ? 'w' : r ? 'r' : g ? 'g' : b ? 'b' : '?';
  };
  const [left, right, top, bottom] = [width / 4, (3 * width) / 4, height / 4, (3 * height) / 4].map(Math.floor);
  return `${width}×${height} ${letter(left, top)}${letter(right, top)}/${letter(left, bottom)}${letter(right, bottom)}`;
}

test.each<[string, (image: sharp.Sharp) => sharp.Sharp]>([
  ['JPEG', (image) => image.jpeg({ quality: 95 })],
  ['progressive JPEG', (image) => image.jpeg({ progressive: true, chromaSubsampling: '4:4:4' })],
  ['interlaced PNG', (image) => image.png({ progressive: true })],
])('%s is seen as it is', async (_, format) => {
  expect(await seen(await quarters(format))).toBe('32×64 rg/bw');
});

test('a JPEG for print becomes RGB', async () => {
  const red = sharp({ create: { width: 2, height: 2, channels: 3, background: '#ff0000' } });
  const bytes = await red.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
  expect(await inspectImage(bytes)).toMatchObject({ grey: false });
  const pixels = await decodeImage(bytes, RGB);
  expect(Math.min(...pixels.subarray(0, 4))).toBeGreaterThan(200);
  expect(Math.max(...pixels.subarray(4))).toBeLessThan(40);
});

test('EXIF orientations are undone', async () => {
  const views = [1, 2, 3, 4, 5, 6, 7, 8].map(async (orientation) => seen(await quarters((i) => i.jpeg(), orientation)));
  expect(await Promise.all(views)).toEqual([
    ...['32×64 rg/bw', '32×64 gr/wb', '32×64 wb/gr', '32×64 bw/rg'],
    ...['64×32 rb/gw', '64×32 br/wg', '64×32 wg/br', '64×32 gw/rb'],
  ]);
});

test('images are scaled until they cover the format, and the middle is kept', async () => {
  // Columns 0 and 3 of four are cut off; without scaling, values are those of the file.
  const wide = rawPng({
    width: 4,
    height: 2,
    colourType: 0,
    rows: [Uint8Array.of(9, 10, 20, 9), Uint8Array.of(9, 30, 40, 9)],
  });
  expect([...(await decodeImage(wide, GREY))]).toEqual([10, 20, 30, 40]);
  const rows = Array.from({ length: 40 }, (_, y) => new Uint8Array(80).fill(y < 20 ? 10 : 200));
  const half = await decodeImage(rawPng({ width: 80, height: 40, colourType: 0, rows }), {
    channels: 1,
    height: 10,
    width: 20,
  });
  // Lanczos overshoots a little beside an edge.
  expect(Math.abs(half[20 * 2 + 3] - 10)).toBeLessThanOrEqual(2);
  expect(Math.abs(half[20 * 7 + 15] - 200)).toBeLessThanOrEqual(2);
  const larger = await decodeImage(wide, { channels: 3, height: 8, width: 16 });
  expect(larger).toHaveLength(3 * 8 * 16);
});

test('an embedded colour profile changes nothing: values are taken as they are stored', async () => {
  const raw = { raw: { width: 2, height: 2, channels: 3 } } as const;
  const bytes = Buffer.from([200, 10, 10, 10, 200, 10, 10, 10, 200, 90, 90, 90]);
  const plain = await decodeImage(await sharp(bytes, raw).png().toBuffer(), RGB);
  const profiled = await sharp(bytes, raw).withIccProfile('p3').png().toBuffer();
  const stored = await sharp(profiled, { ignoreIcc: true }).raw().toBuffer();
  expect([...stored]).not.toEqual([...bytes]);
  expect([...(await decodeImage(profiled, RGB))]).toEqual(
    [0, 1, 2].flatMap((c) => [0, 1, 2, 3].map((i) => stored[3 * i + c])),
  );
  expect([...plain]).toEqual([200, 10, 10, 90, 10, 200, 10, 90, 10, 10, 200, 90]);
});

test.each<[string, Buffer, RegExp]>([
  ['no bytes', Buffer.alloc(0), /^is empty$/],
  ['text', Buffer.from('hello'), /^is neither a PNG nor a JPEG image; it begins with the bytes 68656c6c6f$/],
  ['a GIF', Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1'), /^is neither a PNG nor a JPEG image/],
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /^is neither/],
  ['a signature alone', Buffer.from('89504e470d0a1a0a', 'hex'), /^is not a whole PNG image \(/],
  ['the start of a JPEG', Buffer.from('ffd8ffe0', 'hex'), /^is not a whole JPEG image \(/],
  ['a PNG of no pixels', rawPng({ width: 0, height: 5, rows: [] }), /^is not a whole PNG image/],
  [
    'a huge PNG in few bytes',
    rawPng({ width: 30_000, height: 30_000, rows: [new Uint8Array(30)] }),
    /^has 30000×30000 pixels; an image has at most 67108864$/,
  ],
  ['a PNG of more pixels than numbers', rawPng({ width: 2 ** 31 - 1, height: 2 ** 31 - 1, rows: [] }), /^(has|is not)/],
])('refused: %s', async (_, bytes, sentence) => {
  const refusal = await inspectImage(bytes).catch((error: Error) => error);
  expect(refusal).toBeInstanceOf(ImageError);
  expect((refusal as Error).message).toMatch(sentence);
  await expect(decodeImage(bytes, RGB)).rejects.toThrow(ImageError);
});

test('a JPEG whose header says that it is huge is refused, whoever asks', async () => {
  const bytes = Buffer.from(await figureFile('disc', 1, { format: 'jpeg' }));
  const frame = bytes.indexOf(Buffer.from('ffc0', 'hex'));
  bytes.writeUInt32BE(0xff00ff00, frame + 5);
  await expect(inspectImage(bytes)).rejects.toThrow('has 65280×65280 pixels; an image has at most 67108864');
  await expect(decodeImage(bytes, RGB)).rejects.toThrow(ImageError);
});

describe('damaged files', () => {
  const format: PixelFormat = { channels: 3, height: 16, width: 16 };
  const whole = async () => [
    await figureFile('disc', 3, { format: 'png' }),
    await figureFile('disc', 3, { format: 'jpeg' }),
    await quarters((image) => image.jpeg({ progressive: true })),
    await quarters((image) => image.png({ progressive: true, palette: true })),
  ];
  /** The pixels; undefined for a refusal, which is an ImageError. */
  async function outcome(bytes: Buffer): Promise<Uint8Array | undefined> {
    try {
      await inspectImage(bytes);
      return await decodeImage(bytes, format);
    } catch (error) {
      if (error instanceof ImageError) return undefined;
      throw error;
    }
  }

  test('a file that is cut is refused, unless all of the image is there', async () => {
    for (const bytes of await whole()) {
      const pixels = await decodeImage(bytes, format);
      let refused = 0;
      const lengths = Array.from({ length: 60 }, (_, i) => bytes.length - 1 - Math.floor((i * bytes.length) / 60));
      for (const length of lengths) {
        const cut = await outcome(bytes.subarray(0, length));
        if (cut === undefined) refused++;
        else expect(Buffer.from(cut).equals(pixels)).toBe(true);
      }
      // All but those that lack the mark of the end.
      expect(refused).toBeGreaterThan(56);
    }
  });

  test('a file with changed bytes is refused, or is an image of the format', async () => {
    const files = await whole();
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const property = fc.asyncProperty(fc.nat(files.length - 1), changes, async (which, changed) => {
      const bytes = Buffer.from(files[which]);
      for (const [at, value] of changed) bytes[at % bytes.length] = value;
      const pixels = await outcome(bytes);
      if (pixels !== undefined) expect(pixels).toHaveLength(3 * 16 * 16);
    });
    await fc.assert(property, { numRuns: 500 });
  });

  test('any bytes behind a signature are refused, or are an image of the format', async () => {
    const starts = ['89504e470d0a1a0a', '89504e470d0a1a0a0000000d49484452', 'ffd8ff', 'ffd8ffe000104a464946'];
    const property = fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.uint8Array({ maxLength: 300 }),
      async (start, rest) => {
        const pixels = await outcome(Buffer.concat([Buffer.from(start, 'hex'), rest]));
        if (pixels !== undefined) expect(pixels).toHaveLength(3 * 16 * 16);
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'image-file-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('what is not a regular file is neither followed nor waited for', async () => {
    writeFileSync(join(folder, 'real'), 'x');
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    mkdirSync(join(folder, 'inner'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(readImageFile(join(folder, 'link'))).rejects.toMatchObject({ message: 'cannot be read (ELOOP)' });
    await expect(readImageFile(join(folder, 'none'))).rejects.toMatchObject({ message: 'cannot be read (ENOENT)' });
    await expect(readImageFile(join(folder, 'inner'))).rejects.toThrow(new ImageError('is not a file'));
    await expect(readImageFile(join(folder, 'pipe'))).rejects.toThrow(new ImageError('is not a file'));
    expect((await readImageFile(join(folder, 'real'))).toString()).toBe('x');
  });
});
