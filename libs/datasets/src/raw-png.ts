import { crc32, deflateSync } from 'node:zlib';

/** What a PNG file's header says; for tests, also what no honest file has. */
export interface RawPng {
  readonly width: number;
  readonly height: number;
  readonly bitDepth?: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
  readonly colourType?: number;
  /** The rows' bytes, without their filter bytes. */
  readonly rows: readonly Uint8Array[];
  /** RGB triples. */
  readonly palette?: Uint8Array;
}

/** The bytes of a PNG file, written after its specification (unfiltered rows in one IDAT chunk). */
export function rawPng({ width, height, bitDepth = 8, colourType = 2, rows, palette }: RawPng): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, colourType], 8);
  const data = deflateSync(Buffer.concat(rows.flatMap((row) => [Buffer.of(0), row])));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length);
  bytes.set(body, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}
