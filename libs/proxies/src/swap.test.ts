import { distinctColumns, sizeFactor, swapProxy } from './swap';

it('counts distinct columns of one row of codes', () => {
  expect(distinctColumns([5, 0, 5, 2 ** 24 - 1, 0], 1)).toBe(3);
  expect(distinctColumns([], 1)).toBe(0);
});

it('counts distinct columns of several rows: all rows tell columns apart', () => {
  expect(distinctColumns([1, 1, 2, 2, 7, 7, 7, 8], 2)).toBe(3);
  expect(distinctColumns([1, 1, 1, 0, 0, 0, 3, 4, 3], 3)).toBe(2);
});

it('does not depend on the order of columns', () => {
  expect(distinctColumns([3, 9, 3, 1, 4, 1, 2, 2, 2, 6, 5, 6], 2)).toBe(
    distinctColumns([9, 3, 3, 4, 1, 1, 2, 2, 2, 5, 6, 6], 2),
  );
});

it('prefers networks of the given size', () => {
  expect(sizeFactor(40_000, { mu: 40, sigma: 10 })).toBe(1);
  expect(sizeFactor(45_000, { mu: 40, sigma: 10 })).toBeCloseTo(Math.exp(-2.5), 14);
  expect(sizeFactor(35_000, { mu: 40, sigma: 10 })).toBe(sizeFactor(45_000, { mu: 40, sigma: 10 }));
  expect(swapProxy({ mu: 40, sigma: 10 }).id).toBe('swap');
});
