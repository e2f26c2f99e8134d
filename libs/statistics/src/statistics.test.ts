import fc from 'fast-check';
import { Random, Stream } from '@gradsign/random';
import { bootstrapInterval, kendall, pearson, quantile, ranks, spearman, spearmanInterval, summarize } from '.';

const pairs = fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 })), {
  minLength: 2,
  maxLength: 25,
});

/** τ-b from its definition, pair by pair. */
function bruteKendall(x: readonly number[], y: readonly number[]): number {
  let [score, untiedX, untiedY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [sx, sy] = [Math.sign(x[i] - x[j]), Math.sign(y[i] - y[j])];
      score += sx * sy;
      untiedX += sx * sx;
      untiedY += sy * sy;
    }
  }
  return untiedX === 0 || untiedY === 0 ? NaN : score / Math.sqrt(untiedX * untiedY);
}

test('ties share the mean of their ranks, infinities rank at the ends', () => {
  expect(ranks([10, -Infinity, 10, 5, Infinity])).toEqual([3.5, 1, 3.5, 2, 5]);
  expect(() => ranks([1, NaN])).toThrow('values[1] is NaN');
});

test('known values', () => {
  // A textbook example (hours of television against IQ): ρ = −29/165.
  const iq = [106, 86, 100, 101, 99, 103, 97, 113, 112, 110];
  const hours = [7, 0, 27, 50, 28, 29, 20, 12, 6, 17];
  expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 12);
  // scipy.stats.kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]).
  expect(kendall([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.47140452079103173, 12);
  expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
});

test('Kendall’s τ-b is what its definition says', () => {
  fc.assert(
    fc.property(pairs, (p) => {
      const [x, y] = [p.map(([a]) => a), p.map(([, b]) => b)];
      const [fast, slow] = [kendall(x, y), bruteKendall(x, y)];
      return Number.isNaN(slow) ? Number.isNaN(fast) : Math.abs(fast - slow) < 1e-12;
    }),
  );
});

test('rank correlations do not change under increasing maps', () => {
  fc.assert(
    fc.property(pairs, (p) => {
      const [x, y] = [p.map(([a]) => a), p.map(([, b]) => b)];
      expect(
        spearman(
          x.map((v) => v ** 3),
          y,
        ),
      ).toEqual(spearman(x, y));
      expect(
        kendall(
          x,
          y.map((v) => Math.exp(v)),
        ),
      ).toEqual(kendall(x, y));
    }),
  );
});

test('summaries and quantiles', () => {
  expect(summarize([2, 4, 4, 4, 5, 5, 7, 9])).toMatchObject({ n: 8, mean: 5, std: Math.sqrt(32 / 7) });
  expect(summarize([3])).toEqual({ n: 1, mean: 3, std: 0, ci95: 0 });
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([-Infinity, 10, -Infinity, 9], 0.25)).toBe(-Infinity);
  expect(quantile([-Infinity, 1, Infinity], 0.5)).toBe(1);
  expect(() => summarize([])).toThrow('at least one value');
});

test('the bootstrap interval of a mean has about the width that theory gives', () => {
  const random = new Random(Stream.of(7, 'sample'));
  const sample = Array.from({ length: 400 }, () => random.normal());
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [low, high] = bootstrapInterval(sample, mean, { resamples: 1000, random: new Random(Stream.of(8, 'boot')) });
  const { ci95 } = summarize(sample);
  expect((high - low) / 2 / ci95).toBeGreaterThan(0.85);
  expect((high - low) / 2 / ci95).toBeLessThan(1.15);
  expect(bootstrapInterval([1, 1], () => NaN, { resamples: 3, random })).toEqual([NaN, NaN]);
});

test('the interval of Spearman’s ρ is the bootstrap of spearman, with ties and infinities', () => {
  const source = new Random(Stream.of(9, 'pairs'));
  const x = Array.from({ length: 60 }, () => source.int(12));
  const y = x.map((v) => (source.int(10) === 0 ? -Infinity : v + source.int(8)));
  const options = () => ({ resamples: 100, random: new Random(Stream.of(10, 'boot')) });
  const rho = (sample: readonly number[]) =>
    spearman(
      sample.map((i) => x[i]),
      sample.map((i) => y[i]),
    );
  const expected = bootstrapInterval([...x.keys()], rho, options());
  spearmanInterval(x, y, options()).forEach((end, i) => expect(end).toBeCloseTo(expected[i], 12));
  expect(spearmanInterval([1, 1], [1, 2], options())).toEqual([NaN, NaN]);
  expect(() => spearmanInterval([1], [1, 2], options())).toThrow('x has 1 values and y has 2');
});
