import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetError } from '@gradsign/dataset';
import fc from 'fast-check';
import { ChannelStatistics } from './channel-statistics';
import { PixelFile, type PixelFileFacts } from './pixel-file';
import { PixelFileWriter } from './pixel-file-writer';

const folder = mkdtempSync(join(tmpdir(), 'pixel-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const facts: PixelFileFacts = {
  source: 's',
  imageShape: [1, 2, 3],
  classNames: ['a', 'b'],
  counts: { train: 2, validation: 1, test: 0 },
  normalization: { mean: [0.5], std: [0.25] },
  preparation: 'none',
};
const images = [10, 20, 30].map((first) => Uint8Array.from({ length: 6 }, (_, i) => first + i));
const labels = Uint16Array.of(0, 1, 1);

async function write(name: string, change: Partial<PixelFileFacts> = {}, written = labels, pixels = images) {
  const path = join(folder, name);
  const writer = await PixelFileWriter.create(path, 6);
  await writer.write(2, [pixels[2]]);
  await writer.write(0, pixels.slice(0, 2));
  await writer.finish({ ...facts, ...change }, written);
  return path;
}

test('what is written is read, in any order', async () => {
  const file = new PixelFile(await write('whole'));
  const { digest, ...rest } = file.header;
  expect(rest).toEqual(facts);
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(file.labels).toEqual(labels);
  for (const index of [2, 0, 1]) expect([...file.read(index)]).toEqual([...images[index]]);
});

test('the digest is of shape, classes, labels and pixels, and of nothing else', async () => {
  const digest = async (...args: Parameters<typeof write>) => new PixelFile(await write(...args)).header.digest;
  const first = await digest('1');
  expect(await digest('2', { source: 'other', preparation: 'other' })).toBe(first);
  const others = [
    await digest('3', {}, Uint16Array.of(0, 0, 1)),
    await digest('4', {}, labels, [images[1], images[0], images[2]]),
    await digest('5', { classNames: ['a', 'c'] }),
    await digest('6', { imageShape: [1, 3, 2] }),
    await digest('7', { counts: { train: 1, validation: 1, test: 1 } }),
  ];
  expect(new Set([first, ...others]).size).toBe(6);
});

test('an open file stays what it is when another takes its name', async () => {
  const file = new PixelFile(await write('replaced'));
  await write('replaced', {}, labels, [images[2], images[2], images[2]]);
  expect([...file.read(0)]).toEqual([...images[0]]);
  expect([...new PixelFile(join(folder, 'replaced')).read(0)]).toEqual([...images[2]]);
});

test('nothing is left of what is abandoned, now or a day ago', async () => {
  const inner = join(folder, 'inner');
  const writer = await PixelFileWriter.create(join(inner, 'never'), 6);
  await writer.write(0, images);
  expect(readdirSync(inner)).toHaveLength(1);
  await writer.abandon();
  expect(readdirSync(inner)).toEqual([]);
  const [old, young] = ['.unfinished-old', '.unfinished-young'].map((name) => join(inner, name));
  for (const path of [old, young]) writeFileSync(path, 'x');
  utimesSync(old, 0, 0);
  await (await PixelFileWriter.create(join(inner, 'never'), 6)).abandon();
  expect(readdirSync(inner)).toEqual(['.unfinished-young']);
});

test('a place that cannot be written to is named', async () => {
  const occupied = join(folder, 'occupied');
  writeFileSync(occupied, '');
  await expect(PixelFileWriter.create(join(occupied, 'x', 'y'), 6)).rejects.toThrow(
    `folder "${occupied}/x": images cannot be kept here (ENOTDIR)`,
  );
});

test('a file that is cut, grows or changes is refused, or read as it is', async () => {
  const bytes = readFileSync(await write('damaged'));
  const path = join(folder, 'damaged');
  const open = (content: Uint8Array) => {
    writeFileSync(path, content);
    return new PixelFile(path);
  };
  for (let length = 0; length < bytes.length; length++) {
    expect(() => open(bytes.subarray(0, length))).toThrow(DatasetError);
  }
  expect(() => open(Buffer.concat([Buffer.of(0), bytes]))).toThrow(/bytes for 3 images$/);
  expect(() => new PixelFile(join(folder, 'none'))).toThrow(`file "${folder}/none": cannot be read (ENOENT)`);
  const end = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(end, fc.nat(255), (fromEnd, byte) => {
      const changed = Buffer.from(bytes);
      if (changed[bytes.length - fromEnd] === byte) return;
      changed[bytes.length - fromEnd] = byte;
      expect(() => open(changed)).toThrow(DatasetError);
    }),
  );
});

test('a file that shrinks while it is open is told of', async () => {
  const path = await write('shrinking');
  const file = new PixelFile(path);
  writeFileSync(path, readFileSync(path).subarray(0, 8));
  expect([...file.read(0)]).toEqual([...images[0]]);
  expect(() => file.read(1)).toThrow('ends after 8 bytes, before it should');
});

test('statistics of channels are those of their definition', () => {
  const property = fc.property(fc.array(fc.uint8Array({ minLength: 8, maxLength: 8 }), { minLength: 1 }), (some) => {
    const statistics = new ChannelStatistics(2, 4);
    some.forEach((image) => statistics.add(image));
    const { mean, std } = statistics.normalization();
    [0, 1].forEach((c) => {
      const values = some.flatMap((image) => [...image.subarray(4 * c, 4 * c + 4)].map((byte) => byte / 255));
      const m = values.reduce((a, b) => a + b) / values.length;
      expect(mean[c]).toBeCloseTo(m, 12);
      expect(std[c]).toBeCloseTo(Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / values.length), 12);
    });
  });
  fc.assert(property);
});
