import { checkGraph, float32, int64, schemas, tensor } from '@gradsign/onnx';
import { compareTensors, conformanceCases, tolerances } from './conformance';

it('has well-formed graphs with names of their own, and feeds for every input', () => {
  expect(new Set(conformanceCases.map(({ name }) => name)).size).toBe(conformanceCases.length);
  for (const { graph, feeds } of conformanceCases) {
    checkGraph(graph);
    expect(graph.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual(
      Object.entries(feeds).map(([name, { dtype, shape }]) => [name, dtype, shape]),
    );
  }
});

it('has a case for every operator', () => {
  const used = new Set(conformanceCases.flatMap(({ graph }) => graph.nodes.map(({ op }) => op)));
  expect([...schemas.keys()].filter((op) => !used.has(op))).toEqual([]);
});

describe('compareTensors', () => {
  const tolerance = { relative: 0.1, absolute: 0.5 };
  it('accepts what lies within the tolerance', () => {
    expect(
      compareTensors(float32([10.9, NaN, Infinity, -0.4]), float32([10, NaN, Infinity, 0]), tolerance),
    ).toBeUndefined();
    expect(
      compareTensors(tensor('float64', [1], Float64Array.of(1)), float32([1]), tolerances.float64),
    ).toBeUndefined();
  });
  it.each([
    [float32([11.6]), float32([10]), 'has 11.600000381469727 at index 0 (of 1), must be 10'],
    [float32([1, NaN]), float32([1, 2]), 'has NaN at index 1'],
    [float32([1]), float32([NaN]), 'must be NaN'],
    [float32([1e30]), float32([Infinity]), 'must be Infinity'],
    [float32([0, 5, 9, 6]), float32([0, 0, 0, 0]), 'has 9 at index 2'],
    [int64([1]), int64([2]), 'has 1 at index 0'],
    [float32([1, 2]), float32([1, 2], [2, 1]), 'has shape [2], must be [2,1]'],
    [int64([1]), float32([1]), 'is int64, must be float32'],
  ])('objects to case %#', (actual, expected, sentence) => {
    expect(compareTensors(actual, expected, tolerance)).toContain(sentence);
  });
});
