import { sampleBatch } from '@gradsign/dataset';
import { openDataset } from '@gradsign/datasets';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { searchSpace } from '@gradsign/search-spaces';
import { evaluateProxies } from './evaluate';

/**
 * Scores of full-size NAS-Bench-201 networks on noise in the shape of CIFAR-10, seed 42. They guard the definition of
 * scores: whoever changes the generator, the weights' paths or initialisation, a network or a proxy, and with it one
 * of these numbers, raises SCORE_DEFINITION_VERSION in identity.ts, so that stored scores are not mixed with new ones.
 */
const golden: Record<string, Record<string, number>> = {
  '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|': {
    gradsign: 1_155_538,
    gradsign_squared: 5_918_516,
    gradsign_mean: 3.1363670908,
    live_weights: 368_432,
    grad_norm: 79.2960662,
    snip: 158.9889007,
    params: 372_346,
    flops: 51_036_810,
    random: 0.2641383968293667,
  },
  '|skip_connect~0|+|none~0|none~1|+|avg_pool_3x3~0|none~1|none~2|': {
    gradsign: 229_588,
    gradsign_squared: 1_212_128,
    gradsign_mean: 3.1557620409,
    live_weights: 72_752,
    grad_norm: 9.404553925,
    snip: 21.89754615,
    params: 73_306,
    flops: 7_783_050,
    random: 0.3547232048586011,
  },
};

/**
 * Relative differences between processors: counts and the random number have none; in float32, a ReLU input next to
 * zero may fall on the other side, which moves the gradients of all layers before it by a thousandth.
 */
const tolerances: Record<string, number> = {
  gradsign: 5e-4,
  gradsign_squared: 5e-4,
  gradsign_mean: 5e-4,
  grad_norm: 3e-3,
  snip: 3e-3,
};

const space = searchSpace('nas-bench-201');
const dataset = openDataset('noise:cifar10');
const batch = sampleBatch(dataset, { split: 'train', size: 16, seed: 42 });

it.each(Object.entries(golden))(
  '%s',
  async (architecture, expected) => {
    const results = await evaluateProxies({
      engine: createOnnxRuntimeEngine(),
      network: space.network(space.parse(architecture), dataset),
      architecture,
      proxies: Object.keys(expected),
      batch,
      seed: 42,
      initializations: 1,
    });
    for (const { id, value } of results) {
      const difference = Math.abs(value / expected[id] - 1);
      expect(difference <= (tolerances[id] ?? 0) ? id : `${id} ${value}`).toBe(id);
    }
  },
  60_000,
);
