import type { Node } from '@gradsign/onnx';
import { endsSequence, smallestEigenvalue } from './meco';

it('is the smallest eigenvalue of the correlations of channels', () => {
  // Correlation −½: eigenvalues ½ and 1½.
  expect(smallestEigenvalue([1, 0, -1, 0, -1, 1], 2)).toBeCloseTo(0.5, 14);
  expect(smallestEigenvalue([1, 2, 4], 1)).toBe(1);
});

it('takes what does not correlate as 0: a constant channel has an eigenvalue of 0', () => {
  expect(smallestEigenvalue([1, 0, -1, 5, 5, 5], 2)).toBe(0);
  expect(smallestEigenvalue([0, 0, 0], 1)).toBe(0);
});

it('is 0 with as many channels as pixels', () => {
  expect(smallestEigenvalue([1, 2, 4, 3], 2)).toBe(0);
  expect(smallestEigenvalue([7], 1)).toBe(0);
});

it('knows the end of a sequence of layers', () => {
  const node = (op: string, input: string, output: string): Node => ({
    op,
    name: output,
    inputs: [input],
    outputs: [output],
    attributes: {},
  });
  const nodes = [
    node('Relu', 'x', 'a'),
    node('Conv', 'a', 'b'),
    node('BatchNormalization', 'b', 'c'),
    node('Add', 'c', 'd'),
    node('AveragePool', 'd', 'e'),
  ];
  expect(nodes.filter((n) => endsSequence(nodes, n)).map(({ name }) => name)).toEqual(['c']);
});
