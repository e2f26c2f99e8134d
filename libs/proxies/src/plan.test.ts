import { initializeWeights } from '@gradsign/network';
import { checkGraph } from '@gradsign/onnx';
import { searchSpace } from '@gradsign/search-spaces';
import { planProxies } from './plan';
import type { GraphProxy } from './proxy';
import { proxies } from './registry';

const space = searchSpace('nas-bench-201');
const options = { imageShape: [3, 16, 16], classes: 5, channels: 4, cellsPerStage: 1 } as const;
const ARCHITECTURE = '|nor_conv_1x1~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|none~2|';
const network = space.network(space.parse(ARCHITECTURE), options);
const weights = initializeWeights(network, { seed: 1, initialization: 0 });
const plan = (ids: string[], batchSize: number, chunkSize: number) =>
  planProxies(
    ids.map((id) => proxies.get(id) as GraphProxy),
    { network, weights, batchSize, chunkSize },
  );

it('puts proxies of one normalisation into one pass, which computes a shared quantity once', () => {
  const plans = plan(['gradsign', 'snip', 'gradsign_squared', 'grad_norm'], 6, 6);
  expect(plans.map((p) => p.proxies.map(({ id }) => id))).toEqual([
    ['gradsign', 'gradsign_squared'],
    ['snip', 'grad_norm'],
  ]);
  for (const { graph } of plans) {
    checkGraph(graph);
    expect(new Set(graph.outputs.map(({ name }) => name)).size).toBe(graph.outputs.length);
    expect(graph.inputs.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['images', 6, 3, 16, 16],
      ['one_hot_labels', 6, 5],
    ]);
  }
});

it('needs no convolution or product more for fisher, snip and plain than for grad_norm alone', () => {
  const operations = (...ids: string[]) => {
    const plans = plan(ids, 6, 6);
    expect(plans).toHaveLength(1);
    return plans[0].graph.nodes.filter(({ op }) => ['Conv', 'MatMul', 'Gemm'].includes(op)).length;
  };
  expect(operations('grad_norm', 'snip', 'fisher', 'plain')).toBe(operations('grad_norm'));
  // Another backward pass on the same forward pass.
  expect(operations('grad_norm', 'jacob_cov')).toBeLessThan(operations('grad_norm') + operations('jacob_cov'));
});

it.each([
  [64, 32, 32],
  [64, 100, 64],
  [60, 32, 30],
  [7, 3, 1],
  [1, 32, 1],
])('cuts a batch of %d into chunks of at most %d: %d', (batchSize, bound, size) => {
  expect(plan(['gradsign'], batchSize, bound)[0].chunkSize).toBe(size);
  expect(plan(['snip'], batchSize, bound)[0].chunkSize).toBe(batchSize);
});

it('has an output for every living layer and none for a dead one', () => {
  const [{ graph }] = plan(['gradsign'], 2, 2);
  const names = graph.outputs.map(({ name }) => name);
  // Node 2 is read by nothing, so its edge from node 1 is dead.
  expect(names).not.toContain('step_sum:cell.0.edge.1-2.nor_conv_3x3.weight');
  expect(names).toContain('step_sum:cell.0.edge.1-3.nor_conv_3x3.weight');
  expect(names).toHaveLength(1 + 3 * 2 + 2 * 3 + 1);
});

it('has weights as constants, in the layout that engines run fastest', () => {
  const [{ graph }] = plan(['gradsign'], 2, 2);
  for (const { op, inputs } of graph.nodes) {
    if (op === 'Conv') expect(graph.initializers.has(inputs[1])).toBe(true);
  }
});
