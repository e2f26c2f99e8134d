import { erf } from './erf';

it.each([
  // Digits of Abramowitz & Stegun, table 7.1, and of the DLMF.
  [0, 0],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
  [5, 0.9999999999984626],
  [7, 1],
])('erf(%d) = %d', (x, y) => {
  expect(Math.abs(erf(x) - y)).toBeLessThan(1e-15);
  expect(erf(-x)).toBe(-erf(x));
});

it('keeps NaN', () => expect(erf(NaN)).toBeNaN());
