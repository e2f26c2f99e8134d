import { float32 } from '@gradsign/onnx';
import { classCorrelationScore, epeNas } from './epe-nas';

// Rows 0 and 2 (class 7) correlate by ½, rows 1 and 4 (class 3) by −1, row 3 is alone in class 5.
const rows = [
  [1, -1, 0],
  [1, 2, 3],
  [1, 0, -1],
  [4, 1, 0],
  [9, 8, 7],
].flat();
const labels = [7, 3, 7, 5, 3];
const one = Math.log(1 + 1e-5);
const half = 2 * one + 2 * Math.log(0.5 + 1e-5);

it('adds the classes up to 100', () => {
  const expected = Math.abs(half) + 4 * one + one;
  expect(classCorrelationScore(rows, labels, 10)).toBeCloseTo(expected, 12);
  expect(classCorrelationScore(rows, labels, 100)).toBeCloseTo(expected, 12);
});

it('compares the classes of the batch above, each by the number of its images', () => {
  const [a, b, c] = [half / 2, (4 * one) / 2, one];
  const expected = (Math.abs(a - b) + Math.abs(a - c) + Math.abs(b - c)) / 3;
  expect(classCorrelationScore(rows, labels, 101)).toBeCloseTo(expected, 12);
});

it('does not depend on the order of the images', () => {
  const order = [4, 2, 0, 3, 1];
  const reordered = order.flatMap((i) => rows.slice(3 * i, 3 * i + 3));
  for (const classes of [10, 200]) {
    expect(
      classCorrelationScore(
        reordered,
        order.map((i) => labels[i]),
        classes,
      ),
    ).toBeCloseTo(classCorrelationScore(rows, labels, classes), 12);
  }
});

it('is not a number for a network that does not see its input', () => {
  expect(classCorrelationScore([0, 0, 0, 0], [1, 1], 10)).toBeNaN();
});

it('reads labels from their one-hot form', () => {
  const outputs = [
    float32(rows, [5, 1, 1, 3]),
    float32(
      labels.flatMap((label) => [...Array(10).keys()].map((c) => (c === label ? 1 : 0))),
      [5, 10],
    ),
  ];
  const { value, weights } = epeNas.reduce(outputs, { layers: [], batchSize: 5 });
  expect(value).toBe(classCorrelationScore(rows, labels, 10));
  expect(weights).toBe(0);
});
