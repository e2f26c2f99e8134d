import { sampleBatch } from '@gradsign/dataset';
import { noiseDataset } from '@gradsign/datasets';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { ReferenceEngine } from '@gradsign/engine-reference';
import type { Network } from '@gradsign/network';
import { Random, Stream } from '@gradsign/random';
import { searchSpace } from '@gradsign/search-spaces';
import { evaluateProxies } from './evaluate';

const IMAGES = { imageShape: [3, 16, 16], classes: 5 } as const;
const SIZE = 4;
const engines = [createOnnxRuntimeEngine(), new ReferenceEngine()];
const dataset = noiseDataset({ name: 'test', ...IMAGES, normalization: { mean: [0, 0, 0], std: [1, 1, 1] } });
const batch = sampleBatch(dataset, { split: 'train', size: SIZE, seed: 42 });

/** Values of GradSign, live weights and SNIP on both engines. */
async function scores(network: Network) {
  const proxies = ['gradsign', 'live_weights', 'snip'];
  const settings = { network, architecture: '', proxies, batch, seed: 42, initializations: 1 };
  const results = [];
  for (const engine of engines) {
    const [gradsign, live, snip] = await evaluateProxies({ ...settings, engine });
    results.push({ gradsign: gradsign.value, live: live.value, snip: snip.value, nanCount: gradsign.nanCount });
  }
  return results;
}

/** `normal sep_conv_3x3`: an operation in one of the two cells. */
const placed = (choice: string) => (operation: string) => `${choice.split('[')[0]} ${operation}`;

/**
 * Signs are compared loosely: a sample's mean over a plane that its own statistics normalise is zero, so that what
 * only feeds the last concatenation through a normalisation has a gradient of rounding errors.
 */
describe.each(['nds-darts', 'nds-enas', 'nds-pnas', 'nds-nasnet', 'nds-amoeba'])('%s', (name) => {
  test('every operation has gradients, in a cell that keeps the size and in one that halves it', async () => {
    const space = searchSpace(name);
    const random = new Random(Stream.of(4, 'test', name));
    const { choices } = space.encoding!;
    const unseen = new Set(
      choices.flatMap((c) => (c.name.endsWith('.operation') ? c.options.map(placed(c.name)) : [])),
    );
    for (let i = 0; unseen.size > 0 && i < 9; i++) {
      const architecture = space.sample(random);
      space.encoding!.encode(architecture).forEach((option, choice) => {
        unseen.delete(placed(choices[choice].name)(choices[choice].options[option]));
      });
      const network = space.network(architecture, { ...IMAGES, channels: 2, cellsPerStage: 1 });
      const [a, b] = await scores(network);
      expect(a.nanCount + b.nanCount).toBe(0);
      expect(Math.abs(a.snip / b.snip - 1)).toBeLessThan(1e-4);
      for (const { gradsign, live } of [a, b]) {
        expect(gradsign).toBeGreaterThan(live);
        expect(gradsign).toBeLessThanOrEqual(SIZE * live);
      }
    }
    expect(unseen.size).toBe(0);
  });
});

test.each([
  'SuperConvK3BNRELU(3,8,1,1)SuperResK1K5K1(8,16,2,8,1)SuperResK3K3(16,8,2,8,1)SuperConvK1BNRELU(8,16,1,1)',
  'SuperConvK5BNRELU(3,8,1,2)SuperResIDWE2K5(8,16,2,8,1)SuperResIDWE1K7(16,8,1,16,1)SuperConvK1BNRELU(8,16,1,1)',
])('%s has the same scores on both engines', async (text) => {
  const space = searchSpace('zen');
  const [a, b] = await scores(space.network(space.parse(text), IMAGES));
  expect(a.nanCount + b.nanCount).toBe(0);
  expect(Math.abs(a.snip / b.snip - 1)).toBeLessThan(1e-5);
  expect(Math.abs(a.gradsign / b.gradsign - 1)).toBeLessThan(1e-3);
  expect(a.gradsign).toBeGreaterThan(a.live);
});
