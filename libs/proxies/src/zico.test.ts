import { inverseVariation } from './zico';

/** As the published code has it, for any number of batches. */
const published = (batches: number[][][]) =>
  batches[0].reduce((score, layer, l) => {
    const sum = layer.reduce((total, _, k) => {
      const g = batches.map((gradients) => gradients[l][k]);
      const mean = g.reduce((a, b) => a + b) / g.length;
      const std = Math.sqrt(g.reduce((s, v) => s + (v - mean) ** 2, 0) / g.length);
      return std === 0 ? total : total + g.reduce((s, v) => s + Math.abs(v), 0) / g.length / std;
    }, 0);
    return sum === 0 ? score : score + Math.log(sum);
  }, 0);

const batches = [
  [
    [1, -2, 0, 3],
    [0.5, -0.25],
  ],
  [
    [3, 2, 0, 3],
    [0.25, -0.75],
  ],
];

it('sums, over the layers, logs of inverse coefficients of variation', () => {
  // (1 + 3)/2 + (2 + 2)/4, nothing for equal gradients; 0.75/0.25 + 1/0.5.
  expect(inverseVariation(batches)).toBeCloseTo(Math.log(3) + Math.log(5), 14);
  expect(inverseVariation(batches)).toBeCloseTo(published(batches), 12);
});

it('does not depend on the order of the batches', () => {
  expect(inverseVariation(batches.toReversed())).toBe(inverseVariation(batches));
});

it('has nothing of layers whose gradients are equal, or of none', () => {
  expect(inverseVariation([[[1, 2]], [[1, 2]]])).toBe(0);
  expect(inverseVariation([[], []])).toBe(0);
});

it('shows NaN', () => {
  expect(inverseVariation([[[1, NaN]], [[2, 2]]])).toBeNaN();
});
