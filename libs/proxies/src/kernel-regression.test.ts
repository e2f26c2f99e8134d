import { kernelRegressionAccuracy } from './kernel-regression';

/** Features whose products are the kernel. */
const kernelOf = (features: readonly (readonly number[])[]) =>
  features.flatMap((a) => features.map((b) => a.reduce((sum, v, k) => sum + v * b[k], 0)));

it('predicts the class of the images that look alike', () => {
  const kernel = kernelOf([
    [1, 0],
    [0, 1],
    [0.9, 0.1],
    [0.2, 0.7],
  ]);
  expect(kernelRegressionAccuracy(kernel, [0, 1, 0, 1], 2)).toBe(1);
  expect(kernelRegressionAccuracy(kernel, [0, 1, 1, 1], 2)).toBe(0.5);
  expect(kernelRegressionAccuracy(kernel, [0, 1, 1, 0], 2)).toBe(0);
});

it('does not depend on the scale of the kernel, and survives a kernel of rank one', () => {
  const kernel = kernelOf([[1], [-1], [2], [-3]]);
  for (const scale of [1e-12, 1, 1e12]) {
    const scaled = kernel.map((v) => v * scale);
    expect(kernelRegressionAccuracy(scaled, [0, 1, 0, 1], 2)).toBe(1);
  }
});

it('learns the larger part of an odd number', () => {
  const kernel = kernelOf([
    [1, 0],
    [0, 1],
    [1, 0.1],
  ]);
  expect(kernelRegressionAccuracy(kernel, [0, 1, 0], 2)).toBe(1);
});

it('is not a number where nothing can be learnt or predicted', () => {
  expect(kernelRegressionAccuracy([1], [0], 2)).toBeNaN();
  expect(kernelRegressionAccuracy([0, 0, 0, 0], [0, 1], 2)).toBeNaN();
  expect(kernelRegressionAccuracy([1, NaN, NaN, 1], [0, 1], 2)).toBeNaN();
});
