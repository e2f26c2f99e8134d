import { searchSpace } from '@gradsign/search-spaces';
import { ActivationPatterns, firstCellGraph } from './linear-regions';

it('counts patterns of several outputs and batches', () => {
  const patterns = new ActivationPatterns();
  const outputs = (...data: number[][]) => data.map((values) => ({ data: Float64Array.from(values) }));
  patterns.add(outputs([0, 1, 0, 2], [3, 0]), 2);
  expect(patterns.count).toBe(2);
  // 01|1 is known, 11|0 is not.
  patterns.add(outputs([0, 9, 1, 1], [1, -1]), 2);
  expect(patterns.count).toBe(3);
});

const option = { imageShape: [1, 4, 4], classes: 2, channels: 1, cellsPerStage: 1 } as const;

it('cuts the first cell out of the network', () => {
  const space = searchSpace('nas-bench-201');
  const cell = space.parse('|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|nor_conv_1x1~1|none~2|');
  const { graph, inputs } = firstCellGraph(space.network(cell, option), 7, 3);
  expect(inputs.map(({ shape }) => shape)).toEqual([[7, 1, 3, 3]]);
  expect(graph.outputs.map(({ shape }) => shape)).toEqual([
    [7, 1, 3, 3],
    [7, 1, 3, 3],
  ]);
  // The last of its layers feeds no ReLU.
  expect(graph.inputs.map(({ name }) => name)).toEqual([inputs[0].name, 'cell.0.edge.0-1.nor_conv_3x3.weight']);
});

it('gives a cell that reads one value twice one input', () => {
  const space = searchSpace('nds-darts');
  const { encoding } = space;
  const architecture = encoding!.decode(encoding!.choices.map(() => 0));
  const { graph, inputs } = firstCellGraph(space.network(architecture, option), 2, 3);
  expect(inputs.map(({ shape }) => shape)).toEqual([[2, 3, 3, 3]]);
  expect(graph.outputs.length).toBeGreaterThan(0);
});
