import { createHash } from 'node:crypto';
import { philox4x32 } from './philox';
import { Stream } from './stream';

const stream = Stream.of(7, 'weights', 'cell.0', 3);

test('words come from the documented key, nonce and counter', () => {
  const digest = createHash('sha256').update('["7","weights","cell.0",3]').digest();
  const [k0, k1, n0, n1] = [0, 4, 8, 12].map((offset) => digest.readUInt32LE(offset));
  const out = new Uint32Array(4);
  philox4x32(2, 0, n0, n1, k0, k1, out);
  expect([8, 9, 10, 11].map((i) => stream.uint32(i))).toEqual([...out]);
  // Block 2³³ + 1 has both halves of the block counter set.
  philox4x32(1, 2, n0, n1, k0, k1, out);
  expect(stream.uint32(4 * (2 ** 33 + 1) + 2)).toBe(out[2]);
});

test('golden values: a change here changes every score', () => {
  expect([0, 1, 2, 3, 4].map((i) => Stream.of(42).uint32(i))).toMatchInlineSnapshot(`
   [
     1797767050,
     3314626373,
     1722839146,
     1579563817,
     2281285920,
   ]
  `);
});

test('a value depends on seed, path and index alone', () => {
  const forward = Array.from({ length: 50 }, (_, i) => stream.normal(i));
  const backward = Array.from({ length: 50 }, (_, i) => Stream.of(7n, 'weights', 'cell.0', 3).normal(49 - i));
  expect(backward.reverse()).toEqual(forward);
  expect(Stream.of(7, 'weights').child('cell.0', 3).uint32(5)).toBe(stream.uint32(5));
});

test('seeds and paths that differ give different streams', () => {
  const streams = [
    Stream.of(7),
    Stream.of(-7),
    Stream.of(7n + 2n ** 64n),
    Stream.of(7, ''),
    Stream.of(7, 'a', 'b'),
    Stream.of(7, 'ab'),
    Stream.of(7, 'a","b'),
    Stream.of(7, '1'),
    Stream.of(7, 1),
  ];
  expect(new Set(streams.map((s) => s.uint32(0))).size).toBe(streams.length);
});

test.each([0, 1, 2, 3, 5, 8])('a fill of %i elements starts as a longer fill and as single draws do', (length) => {
  const uniform = new Float64Array(length);
  const normal = new Float64Array(length);
  stream.fillUniform(uniform, 0, 1);
  stream.fillNormal(normal, 0, 1);
  expect([...uniform]).toEqual(Array.from({ length }, (_, i) => stream.uniform(i)));
  expect([...normal]).toEqual(Array.from({ length }, (_, i) => stream.normal(i)));
});

test('float32 fills are the rounded float64 fills', () => {
  const single = new Float32Array(101);
  const double = new Float64Array(101);
  stream.fillUniform(single, -0.3, 0.7);
  stream.fillUniform(double, -0.3, 0.7);
  expect([...single]).toEqual([...double].map(Math.fround));
});

test('uniform values fill their interval evenly', () => {
  const n = 200_000;
  const out = new Float64Array(n);
  stream.fillUniform(out, -2, 3);
  const counts = new Array<number>(20).fill(0);
  for (const value of out) counts[Math.floor((value + 2) * 4)]++;
  const chiSquared = counts.reduce((sum, count) => sum + (count - n / 20) ** 2 / (n / 20), 0);
  expect(chiSquared).toBeLessThan(43.8); // 19 degrees of freedom, p = 0.001
});

test('normal values have the moments and tails of a normal distribution', () => {
  const n = 200_000;
  const out = new Float64Array(n);
  stream.fillNormal(out, 5, 2);
  const z = out.map((value) => (value - 5) / 2);
  const moment = (k: number) => z.reduce((sum, value) => sum + value ** k, 0) / n;
  expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
  expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  const within = z.filter((value) => Math.abs(value) < 1.959964).length / n;
  expect(Math.abs(within - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / n));
});

test('seeds and path parts are checked', () => {
  expect(() => Stream.of(1.5)).toThrow('seed 1.5: a seed is an integer');
  expect(() => Stream.of(2 ** 53)).toThrow(RangeError);
  expect(() => Stream.of(1, 'a', NaN)).toThrow('path part NaN');
});
