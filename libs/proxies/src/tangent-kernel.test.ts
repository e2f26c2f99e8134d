import { conditionNumber } from './tangent-kernel';

it('is the quotient of the largest and the smallest eigenvalue', () => {
  expect(
    conditionNumber([
      [2, 1],
      [1, 2],
    ]),
  ).toBeCloseTo(3, 12);
  // Columns that differ from their rows by rounding are taken with them.
  expect(
    conditionNumber([
      [2, 1 + 1e-9],
      [1 - 1e-9, 2],
    ]),
  ).toBeCloseTo(3, 12);
});

it('is infinite for kernels that are singular or not finite', () => {
  for (const columns of [
    [[0]],
    [
      [1, 0],
      [0, 0],
    ],
    [
      [1, 0],
      [0, -1e-9],
    ],
    [[NaN]],
    [[Infinity]],
  ]) {
    expect(conditionNumber(columns)).toBe(Infinity);
  }
});
