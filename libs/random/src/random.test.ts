import fc from 'fast-check';
import { Random, type RandomSnapshot } from './random';
import { Stream } from './stream';

const make = (seed = 1) => new Random(Stream.of(seed, 'random'));

test('int is uniform, for bounds that do not divide 2^32 as well', () => {
  const random = make();
  const n = 70_000;
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < n; i++) counts[random.int(7)]++;
  const chiSquared = counts.reduce((sum, count) => sum + (count - n / 7) ** 2 / (n / 7), 0);
  expect(chiSquared).toBeLessThan(22.5); // 6 degrees of freedom, p = 0.001
});

test('int draws again where a plain remainder would be biased', () => {
  // With n = 3·2³⁰ a remainder would fall below 2³⁰ half of the time instead of a third.
  const random = make();
  const draws = Array.from({ length: 6000 }, () => random.int(3 * 2 ** 30));
  expect(draws.filter((value) => value < 2 ** 30).length / 6000).toBeCloseTo(1 / 3, 1);
});

test('int refuses bounds outside [1, 2^32]', () => {
  for (const n of [0, -1, 1.5, NaN, 2 ** 32 + 1]) expect(() => make().int(n)).toThrow(RangeError);
  expect(make().int(1)).toBe(0);
});

test('shuffle returns a permutation, leaves its argument alone, and reaches every order', () => {
  const random = make();
  const items = [1, 2, 3];
  const orders = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = random.shuffle(items).join('');
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  expect(items).toEqual([1, 2, 3]);
  expect(orders.size).toBe(6);
  for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('next and normal have the right means and variances', () => {
  const random = make();
  const n = 50_000;
  const uniform = Array.from({ length: n }, () => random.next());
  const normal = Array.from({ length: n }, () => random.normal());
  const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / n;
  expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
  expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(n));
  expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
});

test('a restored generator goes on where its snapshot was taken, through JSON', () => {
  const step = fc.constantFrom<(random: Random) => unknown>(
    (random) => random.next(),
    (random) => random.int(5),
    (random) => random.normal(),
    (random) => random.shuffle([1, 2, 3, 4]),
  );
  fc.assert(
    fc.property(fc.bigInt(), fc.array(step), fc.array(step), (seed, before, after) => {
      const random = new Random(Stream.of(seed, 'a', 1));
      before.forEach((draw) => draw(random));
      const restored = Random.restore(JSON.parse(JSON.stringify(random.snapshot())) as RandomSnapshot);
      expect(after.map((draw) => draw(restored))).toEqual(after.map((draw) => draw(random)));
    }),
  );
});

test('pick needs something to pick from', () => {
  expect(() => make().pick([])).toThrow('nothing to pick from');
});
